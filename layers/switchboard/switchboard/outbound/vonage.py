"""Call Vonage's Messages, Voice and Verify APIs as the application of this stack.

    vonage = Vonage.of_stack()
    vonage.send_message({"channel": "sms", "message_type": "text", "to": …, "from": …, "text": "Hello"})

Each failure says whether Vonage may have acted: what was certainly not accepted can be sent again, what lost
its reply cannot. Not for webhooks: there a flow returns what is to be done.

Source: Vonage Messages API v1, Voice API v1 and Verify API v2 references; region hosts: a call is
known to its own region only.
"""

import os
from collections.abc import Mapping
from typing import IO, Any, Self
from urllib.parse import quote

import httpx

from switchboard import telemetry
from switchboard.aws.secret import read_secret
from switchboard.environment import required
from switchboard.errors import RefusedError, SecretError
from switchboard.outbound.application_token import ApplicationToken
from switchboard.outbound.replies import failures, json_object, refusal

Json = Mapping[str, Any]

_VONAGE_DOMAINS = (".nexmo.com", ".vonage.com")

# The requests that a change to a call is made by: method and what follows /v1/calls/{uuid}.
_IN_CALL = {
    "talk": ("PUT", "/talk"),
    "stream": ("PUT", "/stream"),
    "dtmf": ("PUT", "/dtmf"),
    "stop_talk": ("DELETE", "/talk"),
    "stop_stream": ("DELETE", "/stream"),
}


class Vonage:
    """The APIs of one application.

    A connection is never used twice: one that was kept while Lambda froze the function breaks in a way that
    cannot be told from a lost reply.
    """

    def __init__(
        self,
        application_id: str,
        private_key: str,
        api_url: str = "https://api.nexmo.com",
        timeout_s: float = 15,
    ) -> None:
        self._token = ApplicationToken(application_id, private_key)
        self._api_url = api_url.rstrip("/")
        telemetry.keep_libraries_quiet()
        self._http = httpx.Client(
            timeout=httpx.Timeout(timeout_s, connect=5), limits=httpx.Limits(max_keepalive_connections=0)
        )

    @classmethod
    def of_stack(cls, label: str = "AWSCURRENT") -> Self:
        """The application that the provisioner made, from SWITCHBOARD_APPLICATION_SECRET.

        Args:
            label: AWSPENDING holds the next key while keys rotate, and Vonage may know it already.

        Raises:
            SecretError: it cannot be read, or the provisioner has not filled it yet.
        """
        secret = read_secret(required("SWITCHBOARD_APPLICATION_SECRET"), label, timeout_s=5) or {}
        if "application_id" not in secret or "private_key" not in secret:
            raise SecretError(
                "The application's secret is empty: the stack has not been deployed completely."
            )
        url = os.environ.get("VONAGE_API_URL") or "https://api.nexmo.com"
        return cls(secret["application_id"], secret["private_key"], url)

    def send_message(self, message: Json) -> dict[str, Any]:
        """Send a message of any channel; gives `message_uuid`."""
        return self._request("POST", f"{self._api_url}/v1/messages", message)

    def update_message(self, message_uuid: str, update: Json, href: str | None = None) -> dict[str, Any]:
        """Mark an inbound message as read, or take one back, at the host of its own `_self.href`."""
        url = f"{self._origin(href)}/v1/messages/{_segment(message_uuid)}"
        return self._request("PATCH", url, update)

    def place_call(self, call: Json, region_url: str | None = None) -> dict[str, Any]:
        """Place a call; gives its `uuid` and `conversation_uuid`."""
        return self._request("POST", f"{self._origin(region_url)}/v1/calls", call)

    def update_call(self, call_uuid: str, update: Json, region_url: str | None = None) -> dict[str, Any]:
        """Change a call in progress by its `action`; `region_url` comes from its answer request."""
        url = f"{self._origin(region_url)}/v1/calls/{_segment(call_uuid)}"
        if update["action"] not in _IN_CALL:
            return self._request("PUT", url, update)
        method, path = _IN_CALL[update["action"]]
        body = {name: value for name, value in update.items() if name != "action"}
        return self._request(method, url + path, body if method == "PUT" else None)

    def start_verification(self, request: Json) -> dict[str, Any]:
        """Send somebody a code; gives the verification's `request_id`."""
        return self._request("POST", f"{self._api_url}/v2/verify", request)

    def check_code(self, request_id: str, given: Json) -> dict[str, Any]:
        """Check `{"code": …}` that somebody gave back.

        Raises:
            RefusedError: the code is wrong (400), was so too often (410), or the verification is over (404).
        """
        return self._request("POST", self._verification(request_id), given)

    def next_workflow(self, request_id: str) -> dict[str, Any]:
        """Have the next channel of a verification send a code now."""
        return self._request("POST", f"{self._verification(request_id)}/next_workflow", None)

    def cancel_verification(self, request_id: str) -> dict[str, Any]:
        """End a verification; Vonage takes that from 30 seconds on, while the first code is out."""
        return self._request("DELETE", self._verification(request_id), None)

    def download(self, url: str, file: IO[bytes]) -> str:
        """Write a recording or another media file of Vonage's into `file`; gives its content type."""
        headers = self._headers(url)
        with failures(), self._http.stream("GET", url, headers=headers) as response:
            if not response.is_success:
                response.read()
                raise refusal(response)
            for chunk in response.iter_bytes():
                file.write(chunk)
            return str(response.headers.get("content-type", "application/octet-stream"))

    def close(self) -> None:
        """Give up what the operating system lent."""
        self._http.close()

    def _request(self, method: str, url: str, body: Json | None) -> dict[str, Any]:
        """The reply to a request.

        Raises:
            UnreachableError: it was not sent.
            ReplyLostError: it was sent, at least in part, and Vonage may have acted on it.
            RefusedError: Vonage answered an error.
        """
        headers = self._headers(url)
        try:
            request = self._http.build_request(method, url, json=body, headers=headers)
        except (RecursionError, TypeError, ValueError) as exc:  # half a character, NaN, too deep
            raise RefusedError(0, "The request can't be written as JSON.") from exc
        with failures():
            response = self._http.send(request)
        if not response.is_success:
            raise refusal(response)
        return json_object(response)

    def _verification(self, request_id: str) -> str:
        return f"{self._api_url}/v2/verify/{_segment(request_id)}"

    def _origin(self, url: str | None) -> str:
        """Whom to ask: of an address of Vonage's the host alone, without path, query or password."""
        if not url:
            return self._api_url
        asked = _parsed(url)
        return f"{asked.scheme}://{asked.netloc.decode()}"

    def _headers(self, url: str) -> dict[str, str]:
        """The token, which opens the whole application: it goes to nobody but Vonage."""
        wanted, own = _parsed(url), _parsed(self._api_url)
        is_vonages = wanted.scheme == "https" and wanted.host.endswith(_VONAGE_DOMAINS)
        if not is_vonages and (wanted.scheme, wanted.netloc) != (own.scheme, own.netloc):
            raise RefusedError(0, f"{wanted.host} is not a host of Vonage's.")
        return {"authorization": f"Bearer {self._token.present()}"}


def _parsed(url: str) -> httpx.URL:
    """A URL whose host can be looked up: one that can't would fail later, as if the request had been sent."""
    try:
        parsed = httpx.URL(url)
        parsed.host.encode("idna")
    except (httpx.InvalidURL, ValueError) as exc:
        raise RefusedError(0, "The URL is not valid.") from exc
    return parsed


def _segment(identity: str) -> str:
    """An id as one segment of a path, whatever is in it: nothing in it leads to another request."""
    if not identity.strip("."):
        raise RefusedError(0, f"{identity!r} is not an id.")
    try:
        return quote(identity, safe="")
    except UnicodeError as exc:
        raise RefusedError(0, "The id is not text.") from exc
