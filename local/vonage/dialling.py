"""An outbound leg: it starts, rings, is answered or not, and ends, with the events that go with it.

Source: Vonage Voice API webhooks reference; call flow guide: every call ends as `completed` unless it was
`rejected`.
"""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.vonage.account import Json
from local.vonage.legs import Leg
from local.vonage.parties import Callee, Party, Picks

if TYPE_CHECKING:
    from local.vonage.calls import Call

UNANSWERED: dict[Picks, Json] = {
    "busy": {"status": "busy"},
    "unavailable": {"status": "unanswered", "detail": "unavailable"},
    "decline": {"status": "rejected", "detail": "declined"},
    "out_of_service": {"status": "failed", "detail": "number_out_of_service"},
}


@dataclass
class Dialling:
    """One attempt to reach somebody; `hook` is where its events go instead of the call's own event URL."""

    call: "Call"
    leg: Leg
    callee: Callee
    ring_s: float
    hook: Json | None = None
    _steps: "asyncio.Future[None]" = field(init=False)

    async def connect(self) -> Json | None:
        """Ring until answered. None when it was, else the `status` (and `detail`) of the failure."""
        self.call.tell("dialled", self.leg, number=self.leg.to)
        self.call.leg_event(self.leg, "started", to=self.hook)
        self.call.leg_event(self.leg, "ringing", to=self.hook)
        failure = await self._ring()
        if failure is None:
            self.leg.answer()
            self.call.tell("answered", self.leg, number=self.leg.to)
            self.call.leg_event(self.leg, "answered", to=self.hook)
            if self.leg.parent:
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
        if completed:
            self.call.completed(self.leg, to=self.hook)

    async def live(self, limit_s: float) -> None:
        """Stay on the line until somebody hangs up, it is left alone, or the limit is reached."""
        alone = asyncio.ensure_future(self.leg.left_alone())
        over = asyncio.ensure_future(self.leg.over.wait())
        await asyncio.wait({alone, over}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        for task in (self._steps, alone, over):
            task.cancel()
        await asyncio.gather(self._steps, alone, over, return_exceptions=True)
        if self.leg.closed_its_socket:
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
        answering = self._answering()
        gone = asyncio.ensure_future(self.leg.over.wait())
        both: set[asyncio.Future[Any]] = {answering, gone}
        done, _ = await asyncio.wait(both, timeout=self.ring_s, return_when=asyncio.FIRST_COMPLETED)
        answering.cancel()
        gone.cancel()
        if gone in done:
            return {"status": "cancelled"}
        return UNANSWERED.get(self.callee.picks) if answering in done else {"status": "timeout"}

    def _answering(self) -> "asyncio.Future[None]":
        if self.callee.picks == "no_answer":
            return self.call.exchange.ringing(self.leg)
        return asyncio.ensure_future(asyncio.sleep(self.callee.after_s))
