"""An outbound leg: it starts, rings, is answered or not, and ends, with the events that go with it.

Source: Vonage Voice API webhooks reference; call flow guide: every call ends as `completed` unless it was
`rejected`. WebSockets guide: one that cannot be connected is `failed` or `unanswered`: a switch says which;
when the handshake took too long, it is `unanswered` here.
"""

import asyncio
from dataclasses import dataclass

from vonage_simulator.calls.call import Call
from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.parties import Callee, Party, Picks
from vonage_simulator.calls.websocket.handshake import shake_hands
from vonage_simulator.calls.websocket.socket import Socket
from vonage_simulator.clock.waiting import first_of
from vonage_simulator.types import Json

UNANSWERED: dict[Picks, Json] = {
    "busy": {"status": "busy"},
    "unavailable": {"status": "unanswered", "detail": "unavailable"},
    "carrier_timeout": {"status": "unanswered", "detail": "carrier_timeout"},
    "decline": {"status": "rejected", "detail": "declined"},
    "invalid_number": {"status": "rejected", "detail": "invalid_number"},
    "restricted": {"status": "rejected", "detail": "restricted"},
    "out_of_service": {"status": "failed", "detail": "number_out_of_service"},
    "cannot_route": {"status": "failed", "detail": "cannot_route"},
    "internal_error": {"status": "failed", "detail": "internal_error"},
}


@dataclass
class Dialling:
    """One attempt to reach somebody.

    Attributes:
        hook: where its events go instead of the call's own event URL.
        websocket: the endpoint to connect to, when it is one and not listed as a callee.
        barred: it is not connected, whoever is there.
    """

    call: Call
    leg: Leg
    callee: Callee
    ring_s: float
    hook: Json | None = None
    websocket: Json | None = None
    barred: bool = False
    _socket: Socket | None = None
    _steps: "asyncio.Future[None] | None" = None

    @classmethod
    def to(cls, endpoint: Json, call: Call, leg: Leg, ring_s: float, hook: Json | None = None) -> "Dialling":
        """The attempt to reach an endpoint, of an NCCO or a request, on a leg that was made for it."""
        leg.endpoint_type, websocket = endpoint["type"], None
        if leg.endpoint_type == "websocket":
            leg.headers = endpoint.get("headers", {})
            leg.may_report_its_end = call.switches.disconnected_event == "always"
            websocket = None if leg.to in call.exchange.callees else endpoint
        callee = call.exchange.callee(leg.to, leg.endpoint_type)
        return cls(call, leg, callee, ring_s, hook, websocket)

    async def connect(self) -> Json | None:
        """Ring until answered. None when it was, else the `status` (and `detail`) of the failure."""
        self.call.tell("dialled", self.leg, number=self.leg.to)
        self.call.leg_event(self.leg, "started", to=self.hook)
        if self.barred:
            return UNANSWERED["cannot_route"]
        self.call.leg_event(self.leg, "ringing", to=self.hook)
        failure = await self._ring()
        if failure is None:
            self.leg.answer()
            self.call.tell("answered", self.leg, number=self.leg.to)
            self.call.leg_event(self.leg, "answered", to=self.hook)
            if self._socket:
                self.call.spawn(self._socket.converse())
            elif self.leg.parent:
                steps = Party(self.leg, self.call.tell).follow(list(self.callee.chat()))
                self._steps = asyncio.ensure_future(steps)
        return failure

    def give_up(self, failure: Json) -> None:
        """Say that nobody was reached; `completed` follows unless the call was rejected."""
        extra = {name: value for name, value in failure.items() if name != "status"}
        self.call.tell(failure["status"], self.leg, number=self.leg.to, **extra)
        self.call.leg_event(self.leg, failure["status"], to=self.hook, **extra)
        self.end(completed=failure["status"] != "rejected")

    def end(self, *, completed: bool = True) -> None:
        """Close the leg and report it."""
        self.leg.hang_up("platform")
        if self._socket and not self.leg.answered_at:
            self._socket.abandon()
        if self._steps:
            self._steps.cancel()
        if completed:
            self.call.completed(self.leg, to=self.hook)

    async def live(self, limit_s: float) -> None:
        """Stay on the line until somebody hangs up, it is left alone, or the limit is reached."""
        await first_of(self.leg.left_alone(), self.leg.over.wait(), timeout_s=limit_s)
        if self._steps:
            self._steps.cancel()
            await asyncio.gather(self._steps, return_exceptions=True)
        if self.leg.reports_its_end:
            await self.disconnected()
        self.end()

    async def disconnected(self) -> None:
        """The WebSocket was closed at its own end: the reply may say how the call goes on."""
        payload = self.call.leg_payload(self.leg, "disconnected")
        ncco = await self.call.webhooks.ask("event", payload, self.leg, self.hook)
        if ncco is not None:
            self.call.player.replace(ncco)
        if self.leg.parent:
            self.leg.parent.replies_awaited -= 1
            self.leg.parent.conversation.tell_change()

    async def _ring(self) -> Json | None:
        answer, gone = await first_of(self._answered(), self.leg.over.wait(), timeout_s=self.ring_s)
        if gone:
            return {"status": "cancelled"}
        if answer:
            failure: Json | None = answer.result()
            return failure
        return {"status": "unanswered" if self.websocket else "timeout"}

    async def _answered(self) -> Json | None:
        """Wait until it is picked up, or clear that it will not be; None, or why not."""
        if self.websocket:
            connection = await shake_hands(self.call, self.leg, self.websocket)
            if connection is None:
                return {"status": self.call.switches.unreachable_websocket}
            self._socket = Socket(self.call, self.leg, connection, self.websocket)
        elif self.callee.picks == "no_answer":
            await self.call.exchange.ringing(self.leg)
        else:
            await asyncio.sleep(self.callee.after_s)
        return UNANSWERED.get(self.callee.picks)
