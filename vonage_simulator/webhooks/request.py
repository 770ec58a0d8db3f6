"""A webhook as an HTTP request: method, parameters or body, timeouts, signature.

Source: Vonage Voice API webhooks reference; requests captured in the official SDKs' tests, where nested
values of a GET webhook are JSON text.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import httpx

from vonage_simulator.account.account import Account
from vonage_simulator.faults import WebhookFault
from vonage_simulator.types import Json, JsonValue
from vonage_simulator.webhooks import signing
from vonage_simulator.webhooks.signing import Token

Method = Literal["GET", "POST"]


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A request to the customer's endpoint.

    Attributes:
        kind: `answer`, `fallback`, `event`, `input`, `notify`, `record`, `inbound`, `status`, `rtc`, …
        url: where to.
        method: POST sends `payload` as JSON, GET as query parameters.
        payload: the fields, in the order they are sent.
        application_id: stated in the signature.
        signed: whether the application asked for signed callbacks.
        connect_timeout_ms: of the attempt.
        socket_timeout_ms: longest silence while waiting for the reply.
        call: `conversation_uuid`, for the journal; likewise `leg` and `message`.
        token: of the first attempt, when a retry is not signed again.
    """

    kind: str
    url: str
    method: Method
    payload: Json
    application_id: str | None = None
    signed: bool = True
    connect_timeout_ms: int = 1000
    socket_timeout_ms: int = 5000
    call: str | None = None
    leg: str | None = None
    message: str | None = None
    retry_of: int | None = None
    fallback_of: int | None = None
    token: Token | None = None


@dataclass(frozen=True)
class Requests:
    """Makes the requests of an account's webhooks."""

    client: httpx.Client
    account: Account

    def build(
        self, webhook: Webhook, token: Token, fault: WebhookFault | None, *, patient: bool
    ) -> httpx.Request:
        """The request to send.

        Args:
            webhook: what to send.
            token: what signs it.
            fault: how to spoil it.
            patient: wait for the reply as long as it takes.

        Raises:
            httpx.InvalidURL: its address is none.
        """
        reply_s = None if patient else webhook.socket_timeout_ms / 1000
        timeout = httpx.Timeout(reply_s, connect=webhook.connect_timeout_ms / 1000)
        padding = {"padding": "x" * fault.huge_bytes} if fault and fault.huge_bytes else {}
        payload = {**webhook.payload, **padding}

        def signed(hashed: bytes) -> dict[str, str]:
            if not webhook.signed:
                return {}
            state = fault.signature if fault else "signed"
            return signing.authorization(self.account, hashed, webhook.application_id, token, state)

        if webhook.method == "GET":
            url, nested = self._with_query(webhook.url, payload)
            shown = {**url.params, **nested} if self.account.switches.hash_on_get == "nested" else url.params
            headers = signed(signing.query_hash_input(dict(shown)))
            return self.client.build_request("GET", url, headers=headers, timeout=timeout)
        body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", **signed(body)}
        return self.client.build_request("POST", webhook.url, content=body, headers=headers, timeout=timeout)

    def _with_query(self, url: str, payload: Json) -> tuple[httpx.URL, Json]:
        """The address with the payload in its query, and which parameters stand for nested values."""
        parameters = dict(_flat(payload, brackets=self.account.switches.custom_data_on_get == "brackets"))
        nested = {name: value for name, value in parameters.items() if isinstance(value, dict | list)}
        texts = {name: _as_text(value) for name, value in parameters.items()}
        return httpx.URL(url).copy_merge_params(texts), nested


def _flat(payload: Json, *, brackets: bool) -> Iterator[tuple[str, JsonValue]]:
    for name, value in payload.items():
        if name == "custom_data" and brackets:
            yield from ((f"{name}[{member}]", part) for member, part in value.items())
        else:
            yield name, value


def _as_text(value: JsonValue) -> str:
    """A field as a query parameter: nested values are JSON text, null is empty."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
