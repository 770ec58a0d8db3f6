"""The Vonage calls the provisioner makes: applications, number links, and a probe with a token.

There is no call here that buys or cancels a number, and there must never be one.
Source: Vonage Application API v2, Numbers API and Voice API references.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from provisioner.cloudformation.deadline import Deadline
from provisioner.world import keys, vonage_errors
from provisioner.world.document import Document, public_key_of
from provisioner.world.owned_numbers import PAGE_SIZE, OwnedNumbers
from provisioner.world.vonage_errors import VonageError

ATTEMPTS = 5
FIRST_PAUSE_S = 0.5
LONGEST_CALL_S = 10.0
OWNED_LIST_INTERVAL_S = 1.05


@dataclass(frozen=True)
class Credentials:
    """The account's API key and secret, and where the API is. Its repr shows no secret."""

    api_key: str
    api_secret: str = field(repr=False)
    api_url: str
    numbers_url: str


class Vonage:
    """A client for one account.

    Each call is retried on 429, 5xx and broken connections, with growing random pauses, until it succeeds,
    the attempts are used up or the deadline is near. What may be sent twice is sent twice; a lost reply to
    the creation of an application is not (see `create_application`).

    Args:
        credentials: the account.
        deadline: no call is started, and no pause made, past it.
        http: the HTTP client; tests hook into it.
    """

    def __init__(self, credentials: Credentials, deadline: Deadline, http: httpx.Client) -> None:
        self._credentials = credentials
        self._deadline = deadline
        self._http = http
        self._owned = OwnedNumbers(self._listed_numbers)
        self._owned_list_free_at = 0.0
        self._date = ""

    def create_application(self, document: Document) -> Document:
        """Create an application; its `keys.public_key` must be ours.

        When the reply is lost, the application is looked for by that key before it is asked for again.

        Raises:
            VonageError: it was not created.
        """
        doing, url = "create the application", self._applications()
        public_key = document["keys"]["public_key"]

        def attempt() -> Document:
            try:
                return self._once(doing, "POST", url, json=document)
            except VonageError as error:
                if not error.uncertain:
                    raise
                existing = self.find_application(public_key)
                if existing is None:
                    raise
                return existing

        return self._retried(attempt)

    def application(self, application_id: str) -> Document | None:
        """The application as Vonage has it, or None when there is none with this id."""
        return self._or_none("read the application", "GET", self._applications(application_id))

    def put_application(self, application_id: str, document: Document) -> Document:
        """Replace the application's document; what is left out of it is removed."""
        return self._call("update the application", "PUT", self._applications(application_id), json=document)

    def delete_application(self, application_id: str) -> None:
        """Delete the application; one that is gone already is success."""
        self._or_none("delete the application", "DELETE", self._applications(application_id))

    def find_application(self, public_key: str) -> Document | None:
        """The application that carries this public key, whatever its name."""
        return next(
            (each for each in self.applications() if keys.same(public_key_of(each), public_key)), None
        )

    def applications(self) -> Iterator[Document]:
        """Every application of the account, page by page."""
        page = 1
        while True:
            query = {"page_size": PAGE_SIZE, "page": page}
            reply = self._call("list the applications", "GET", self._applications(), params=query)
            yield from reply.get("_embedded", {}).get("applications", [])
            if page >= int(reply.get("total_pages") or 1):
                return
            page += 1

    def server_date(self) -> str:
        """Vonage's own time, as an HTTP date; asking for it proves the credentials."""
        self._call("list the applications", "GET", self._applications(), params={"page_size": 1})
        return self._date

    def number(self, msisdn: str) -> Document | None:
        """The owned number as the account lists it, or None when the account does not own it."""
        return self._owned.find(msisdn)

    def update_number(self, settings: dict[str, str]) -> None:
        """Replace an owned number's settings; `country` and `msisdn` name it, no `app_id` unlinks it."""
        url = f"{self._credentials.numbers_url}/number/update"
        self._owned = OwnedNumbers(self._listed_numbers)
        self._call(f"update the number {settings['msisdn']}", "POST", url, data=settings)

    def accepts(self, application_id: str, private_pem: str) -> bool:
        """Whether Vonage accepts a token signed with the key: it lists the calls, and 401 means no."""
        bearer = {"Authorization": f"Bearer {keys.token(application_id, private_pem)}"}
        url = f"{self._credentials.api_url}/v1/calls"
        try:
            self._call("try the new key", "GET", url, params={"page_size": 1}, headers=bearer)
        except VonageError as error:
            if error.status == 401:
                return False
            if error.retryable:
                raise
        return True

    def _listed_numbers(self, query: dict[str, str | int]) -> Document:
        """A page of the owned numbers. The list is asked at most once a second, which is its limit."""
        self._deadline.pause(self._owned_list_free_at - self._deadline.now())
        url = f"{self._credentials.numbers_url}/account/numbers"
        try:
            return self._call("list the numbers", "GET", url, params={**query, "size": PAGE_SIZE})
        finally:
            self._owned_list_free_at = self._deadline.now() + OWNED_LIST_INTERVAL_S

    def _applications(self, application_id: str = "") -> str:
        path = f"/{quote(application_id, safe='')}" if application_id else ""
        return f"{self._credentials.api_url}/v2/applications{path}"

    def _or_none(self, doing: str, method: str, url: str) -> Document | None:
        try:
            return self._call(doing, method, url)
        except VonageError as error:
            if error.status == 404:
                return None
            raise

    def _call(self, doing: str, method: str, url: str, **request: Any) -> Document:  # noqa: ANN401
        return self._retried(lambda: self._once(doing, method, url, **request))

    def _retried(self, attempt: Callable[[], Document]) -> Document:
        for number in range(1, ATTEMPTS):
            try:
                return attempt()
            except VonageError as error:
                pause = error.retry_after_s or _backoff_s(number)
                if not error.retryable or pause >= self._deadline.remaining():
                    raise
                self._deadline.pause(pause)
        return attempt()

    def _once(self, doing: str, method: str, url: str, **request: Any) -> Document:  # noqa: ANN401
        """One request and its reply; any sign of failure in either is raised."""
        self._deadline.check()
        timeout = min(LONGEST_CALL_S, self._deadline.remaining())
        if "headers" not in request:
            request["auth"] = (self._credentials.api_key, self._credentials.api_secret)
        try:
            reply = self._http.request(method, url, timeout=timeout, **request)
        except httpx.HTTPError as error:
            raise vonage_errors.no_reply(doing, error) from None
        self._date = reply.headers.get("date", "")
        status = vonage_errors.error_code(reply.content) or reply.status_code
        if not (reply.is_success and 200 <= status < 300):
            raise vonage_errors.from_reply(
                doing, max(status, reply.status_code), reply.content, reply.headers
            )
        return _document(doing, reply)


def _document(doing: str, reply: httpx.Response) -> Document:
    if not reply.content:
        return {}
    try:
        document = reply.json()
    except (RecursionError, ValueError):
        document = None
    if not isinstance(document, dict):
        # A 2xx that is not Vonage's JSON comes from something in between: nobody knows what was done.
        raise vonage_errors.from_reply(doing, 502, reply.content, reply.headers)
    return document


def _backoff_s(attempt: int) -> float:
    """The pause after an attempt: growing, and random so that callers do not return together."""
    return FIRST_PAUSE_S * 2.0 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
