"""The webhooks of one call: its events, and the requests whose reply is an NCCO.

Source: Vonage Voice API webhooks reference ("Fallback Answer URL") and the help-centre article on failing
NCCO downloads: a timeout, a lost connection, 429, 503 and 504 are tried once more; then, as after any other
failure, the fallback is asked, again at most twice. When that fails too, an unanswered call ends and a
running one goes on.
"""

import asyncio
from dataclasses import dataclass, replace

from vonage_simulator.calls.legs import Leg
from vonage_simulator.clock.clock import Clock
from vonage_simulator.ncco.reading import INVALID, Ncco, Reader, Reading, read_optional, read_required
from vonage_simulator.switches import Switches
from vonage_simulator.types import Json
from vonage_simulator.webhooks.delivery import Delivery
from vonage_simulator.webhooks.reply import Reason, Reply
from vonage_simulator.webhooks.request import Webhook

OVERTAKEN_WITHIN_S = 5
SYNTAX_ERROR = "Syntax error in NCCO. Invalid value type or action."
SOCKET_TIMEOUT_MS = {"answer": 5000, "fallback": 5000}


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """Where a call's webhooks go, as an application or an API request set them; `region` knows the call."""

    application_id: str | None
    answer: Json | None = None
    fallback: Json | None = None
    event: Json | None = None
    signed: bool = True
    region: str | None = None

    @classmethod
    def of(cls, application: Json) -> "Endpoints":
        """The voice webhooks of an application; an empty address is an unset one."""
        voice = application["capabilities"].get("voice", {})
        hooks = voice.get("webhooks", {})
        answer, fallback, event = (
            hooks[kind] if hooks.get(kind, {}).get("address") else None
            for kind in ("answer_url", "fallback_answer_url", "event_url")
        )
        return cls(
            application_id=application["id"],
            answer=answer,
            fallback=fallback,
            event=event,
            signed=bool(voice.get("signed_callbacks", False)),
            region=voice.get("region"),
        )


class CallWebhooks:
    """Sends the webhooks of one call, events in the order they happened."""

    def __init__(
        self, call: str, endpoints: Endpoints, delivery: Delivery, clock: Clock, switches: Switches
    ) -> None:
        self.endpoints = endpoints
        self._call = call
        self._delivery = delivery
        self._clock = clock
        self._switches = switches
        self._queue: asyncio.Queue[Webhook] = asyncio.Queue()

    async def send_events(self) -> None:
        """Deliver queued events one after the other, for ever: the call's own task."""
        while True:
            webhook = await self._queue.get()
            if self._delivery.faults.take(webhook.kind, lambda fault: fault.reorder):
                await self._send_following_event()
            await self._delivery.attempt_again(webhook, self._switches.event_retry)
            self._queue.task_done()

    async def drained(self) -> None:
        """Wait until every event so far has been delivered or given up."""
        await self._queue.join()

    def event(
        self, payload: Json, *, to: Json | None = None, kind: str = "event", leg: Leg | None = None
    ) -> None:
        """Queue a plain event for the call's event URL, or for the URL an action names."""
        hook = to or self.endpoints.event
        if hook:
            self._queue.put_nowait(self._webhook(kind, hook, payload, leg))

    async def answer(self, payload: Json, leg: Leg) -> Ncco | None:
        """The NCCO that answers a call, from the answer URL or the fallback; None when neither gave one."""
        if self.endpoints.answer is None:
            return None
        return await self._ask(self._webhook("answer", self.endpoints.answer, payload, leg), read_required)

    async def ask(self, kind: str, payload: Json, leg: Leg, to: Json | None = None) -> Ncco | None:
        """The NCCO in the reply to an event that may return one; None to go on with the present one."""
        hook = to or self.endpoints.event
        if hook is None:
            return None

        return await self._ask(self._webhook(kind, hook, payload, leg), read_optional)

    async def _ask(self, webhook: Webhook, read: Reader) -> Ncco | None:
        if not self._clock.live:
            await self.drained()
        reading, entry_id = await self._twice(webhook, read)
        if reading.failure and self.endpoints.fallback:
            fallback = replace(
                self._webhook(
                    "fallback", self.endpoints.fallback, _fallback_payload(webhook, reading.reason)
                ),
                leg=webhook.leg,
                fallback_of=entry_id,
            )
            reading, _ = await self._twice(fallback, read_required)
        if reading.failure:
            self.report(SYNTAX_ERROR if reading.failure == INVALID else reading.reason)
        return reading.ncco

    async def _twice(self, webhook: Webhook, read: Reader) -> tuple[Reading, int]:
        def shown(reply: Reply) -> Json:
            return read(reply, self._switches).as_json()

        reply = await self._delivery.attempt(webhook, shown)
        if reply.transient:
            await asyncio.sleep(self._switches.voice_retry_pause_s)
            again = self._delivery.again(webhook, reply)
            reply = await self._delivery.attempt(again, shown)
        return read(reply, self._switches), reply.entry_id

    async def _send_following_event(self) -> None:
        """An injected fault: let the next event, if one comes soon, overtake the present one."""
        try:
            async with asyncio.timeout(OVERTAKEN_WITHIN_S):
                webhook = await self._queue.get()
        except TimeoutError:
            return
        await self._delivery.attempt_again(webhook, self._switches.event_retry)
        self._queue.task_done()

    async def fetch(self, url: str, payload: Json, leg: Leg) -> Ncco | None:
        """The NCCO at a URL an action or request names; GET, as an answer URL's default."""
        hook = {"address": url, "http_method": "GET"}
        return await self._ask(self._webhook("answer", hook, payload, leg), read_required)

    def report(self, reason: str) -> None:
        """Send an error event about something that could not be done."""
        self.event({"reason": reason, "conversation_uuid": self._call, "timestamp": self._clock.timestamp()})

    def _webhook(self, kind: str, hook: Json, payload: Json, leg: Leg | None = None) -> Webhook:
        return Webhook(
            kind=kind,
            url=hook["address"],
            method=hook.get("http_method", "POST"),
            payload=payload,
            application_id=self.endpoints.application_id,
            signed=self.endpoints.signed,
            connect_timeout_ms=hook.get("connect_timeout", 1000),
            socket_timeout_ms=hook.get("socket_timeout", SOCKET_TIMEOUT_MS.get(kind, 10000)),
            call=self._call,
            leg=leg.uuid if leg else None,
        )


def _fallback_payload(webhook: Webhook, reason: Reason) -> Json:
    original = {"url": webhook.url, "type": "answer" if webhook.kind == "answer" else "event"}
    return {**webhook.payload, "reason": reason, "original_request": original}
