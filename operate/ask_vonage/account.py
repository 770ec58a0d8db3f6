"""The account's APIs, asked plainly: one request each, and Vonage's reply as it came.

Nothing is tried again here: a question wants to see what Vonage does.
Source: Vonage Application API v2 and Voice API references; Numbers API reference, and the help-centre article
on its limits: 3 requests a second, one of them for the owned list.
"""

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from operate.credentials import vonage_url

Json = dict[str, Any]

APPLICATIONS = "/v2/applications"
CALLS = "/v1/calls"
_NUMBERS_URL = "https://rest.nexmo.com"
_BETWEEN_NUMBERS_S = 1.1
_TOKEN_LIFE_S = 300


class AskedError(Exception):
    """Vonage answered an error; `status` is its HTTP status."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"{status} {words}".strip())
        self.status = status


@dataclass
class VonageAccount:
    """One account, by its API key and secret.

    Attributes:
        api_key: Names the account.
        api_secret: Opens it.
        sleep: Lets seconds pass, so that the limit of the Numbers API is kept.
    """

    api_key: str
    api_secret: str = field(repr=False)
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        self._http = httpx.Client(timeout=20)
        self._api_url = vonage_url()
        self._numbers_url = os.environ.get("VONAGE_NUMBERS_URL") or (
            self._api_url if os.environ.get("VONAGE_API_URL") else _NUMBERS_URL
        )

    def close(self) -> None:
        """Give up the connections."""
        self._http.close()

    def application(self, method: str, application_id: str = "", document: Json | None = None) -> Json:
        """Ask the Application API for, or about, one application.

        Raises:
            AskedError: Vonage refused.
        """
        path = f"{APPLICATIONS}/{application_id}" if application_id else APPLICATIONS
        return _json(self._basic(method, self._api_url + path, json=document))

    def applications(self) -> Iterator[Json]:
        """Every application of the account."""
        page, pages = 1, 1
        while page <= pages:
            query = {"page": page, "page_size": 100}
            listed = _json(self._basic("GET", self._api_url + APPLICATIONS, params=query))
            yield from listed["_embedded"]["applications"]
            page, pages = page + 1, int(listed["total_pages"])

    def owned_numbers(self, pattern: str) -> Json:
        """The reply to a search in the owned numbers, as it came."""
        self.sleep(_BETWEEN_NUMBERS_S)
        query = {"pattern": pattern, "search_pattern": 0, "size": 100}
        return _json(self._basic("GET", f"{self._numbers_url}/account/numbers", params=query))

    def update_number(self, form: Mapping[str, str]) -> None:
        """Update a number: what the form leaves out may be gone.

        Raises:
            AskedError: Vonage refused, which an HTTP 200 may say as well.
        """
        self.sleep(_BETWEEN_NUMBERS_S)
        reply = self._basic("POST", f"{self._numbers_url}/number/update", data=dict(form))
        told = _json(reply)
        if str(told.get("error-code")) != "200":
            raise AskedError(reply.status_code, str(told.get("error-code-label", "")))

    def voice(self, method: str, token: str, path: str = "", body: Json | None = None) -> Json:
        """Ask the Voice API, as the application that the token names.

        Raises:
            AskedError: Vonage refused.
        """
        headers = {"authorization": f"Bearer {token}"}
        url = f"{self._api_url}{CALLS}{path}"
        return _json(_accepted(self._http.request(method, url, json=body, headers=headers)))

    def _basic(self, method: str, url: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        credentials = (self.api_key, self.api_secret)
        return _accepted(self._http.request(method, url, auth=credentials, **request))


def token(application: Json) -> str:
    """A token of an application that has just been made, private key included."""
    now = int(time.time())
    claims = {
        "application_id": application["id"],
        "iat": now,
        "exp": now + _TOKEN_LIFE_S,
        "jti": str(uuid.uuid4()),
    }
    # Vonage has just made the key: to check its primes would take 40 ms each time.
    pem = application["keys"]["private_key"].encode()
    key = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    return jwt.encode(claims, key, algorithm="RS256")  # type: ignore[arg-type]  # of any other kind it raises


def _accepted(response: httpx.Response) -> httpx.Response:
    if response.is_success:
        return response
    told = _json(response)
    words = told.get("title") or told.get("error-code-label") or response.reason_phrase
    raise AskedError(response.status_code, str(words))


def _json(response: httpx.Response) -> Json:
    """The object in a reply; nothing when there is none, as in a 204."""
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
