"""One webhook request, really sent: what was asked, what came back, and how it is written down.

Retries and fallbacks are decided elsewhere (`ncco_source`, `call_events`, `messages`); here is a single
attempt.
"""

import asyncio
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import httpx

from local.vonage import signing
from local.vonage.account import Account, Json, JsonValue
from local.vonage.clock import Clock
from local.vonage.faults import Faults, WebhookFault
from local.vonage.journal import Journal, readable_body
from local.vonage.replies import Outcome, Reply, reply_of

Method = Literal["GET", "POST"]
USER_AGENT = "Switchboard-simulated-Vonage"


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


@dataclass
class Delivery:
    """Sends webhooks from the engine, holding simulated time while the customer's endpoint works.

    Attributes:
        patient: wait for replies as long as it takes: somebody stands at a breakpoint.
    """

    account: Account
    clock: Clock
    journal: Journal
    client: httpx.Client
    threads: ThreadPoolExecutor
    faults: Faults[WebhookFault]
    patient: bool = False

    async def attempt(self, webhook: Webhook, read: Callable[[Reply], Json] = lambda _reply: {}) -> Reply:
        """Send once. A timeout costs its nominal time on a clock that jumps.

        Args:
            webhook: what to send.
            read: looks at the reply before it is written down, and returns what the journal should add.
        """
        fault = self.faults.take(webhook.kind, lambda one: not one.reorder)
        if fault and fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        reply = await self._once(webhook, read, fault)
        if fault and fault.duplicate:
            await self._once(replace(webhook, retry_of=reply.entry_id), read, fault)
        return reply

    async def replay(self, entry: Json) -> Reply:
        """Send a webhook of the journal again, signed anew."""
        sent = entry["request"]
        webhook = Webhook(
            kind=entry["webhook"],
            url=sent["url"],
            method=sent["method"],
            payload=sent["body"],
            application_id=entry.get("application_id"),
            signed=entry["signature"] != "unsigned",
            call=entry.get("call"),
            leg=entry.get("leg"),
            message=entry.get("message"),
        )
        return await self._once(webhook, lambda _reply: {"replay_of": entry["id"]}, None)

    async def _once(
        self, webhook: Webhook, read: Callable[[Reply], Json], fault: WebhookFault | None
    ) -> Reply:
        request = self._request(webhook, fault)
        at, started = self.clock.timestamp(), time.perf_counter()
        outcome: Outcome | None = _pretended(fault, request)
        if outcome is None:
            with self.clock.standing_still():
                outcome = await asyncio.get_running_loop().run_in_executor(self.threads, self._send, request)
        if fault and fault.slow:
            outcome = httpx.ReadTimeout("an injected fault", request=request)
        reply = reply_of(outcome)
        duration_ms = round((time.perf_counter() - started) * 1000, 1)
        shown_fault = {"fault": fault.as_json()} if fault else {}
        further = {"duration_ms": duration_ms, **shown_fault, **read(reply)}
        self._write_down(webhook, request, reply, at, further)
        timeout_ms = _nominal_ms(outcome, webhook)
        if timeout_ms and not self.clock.live:
            await asyncio.sleep(timeout_ms / 1000)
        return reply

    def _request(self, webhook: Webhook, fault: WebhookFault | None) -> httpx.Request:
        reply_s = None if self.patient else webhook.socket_timeout_ms / 1000
        timeout = httpx.Timeout(reply_s, connect=webhook.connect_timeout_ms / 1000)
        padding = {"padding": "x" * fault.huge_bytes} if fault and fault.huge_bytes else {}
        payload = {**webhook.payload, **padding}
        if webhook.method == "GET":
            parameters = {name: as_parameter(value) for name, value in payload.items()}
            headers = self._signature(webhook, signing.query_hash_input(parameters), fault)
            url = httpx.URL(webhook.url).copy_merge_params(parameters)
            return self.client.build_request("GET", url, headers=headers, timeout=timeout)
        body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", **self._signature(webhook, body, fault)}
        return self.client.build_request("POST", webhook.url, content=body, headers=headers, timeout=timeout)

    def _signature(self, webhook: Webhook, hashed: bytes, fault: WebhookFault | None) -> dict[str, str]:
        if not webhook.signed:
            return {}
        state = fault.signature if fault else "signed"
        return signing.authorization(self.account, hashed, webhook.application_id, state)

    def _send(self, request: httpx.Request) -> Outcome:
        try:
            return self.client.send(request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return error

    def _write_down(
        self, webhook: Webhook, request: httpx.Request, reply: Reply, at: str, further: Json
    ) -> None:
        shown = {"status": reply.status, "body": readable_body(reply.body)} if reply.status else None
        entry = self.journal.add(
            "webhook",
            at,
            webhook=webhook.kind,
            call=webhook.call,
            leg=webhook.leg,
            message=webhook.message,
            application_id=webhook.application_id,
            request={"method": webhook.method, "url": webhook.url, "body": webhook.payload},
            response=shown,
            signature=_signature_state(request, further.get("fault", {})),
            failure=reply.failure,
            retry_of=webhook.retry_of,
            fallback_of=webhook.fallback_of,
            **further,
        )
        reply.entry_id = entry["id"]


def as_parameter(value: JsonValue) -> str:
    """A field as a query parameter: nested values are JSON text, null is empty."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def retried(webhook: Webhook, first: Reply) -> Webhook:
    """The same webhook as its own second attempt."""
    return replace(webhook, retry_of=webhook.retry_of or first.entry_id)


def _pretended(fault: WebhookFault | None, request: httpx.Request) -> httpx.Response | None:
    """An outcome that needs no request; None to really send it. A dropped webhook counts as delivered."""
    if fault is None or not (fault.status or fault.drop):
        return None
    return httpx.Response(fault.status or 204, request=request)


def _signature_state(request: httpx.Request, fault: Json) -> str:
    return fault.get("signature", "signed") if "authorization" in request.headers else "unsigned"


def _nominal_ms(outcome: object, webhook: Webhook) -> int:
    if isinstance(outcome, httpx.ConnectTimeout):
        return webhook.connect_timeout_ms
    return webhook.socket_timeout_ms if isinstance(outcome, httpx.TimeoutException) else 0
