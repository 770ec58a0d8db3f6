"""An outbound leg: it starts, rings, and is answered or not, with the events that go with it.

Source: Vonage Voice API webhooks reference; call flow guide: every call ends as `completed` unless it was
`rejected`.
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
        return failure

    async def _ring(self) -> Json | None:
        try:
            async with asyncio.timeout(self.ring_s):
                if self.callee.picks == "no_answer":
                    await self.leg.over.wait()
                    return {"status": "cancelled"}
                await asyncio.sleep(self.callee.after_s)
        except TimeoutError:
            return {"status": "timeout"}
        return UNANSWERED.get(self.callee.picks)

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
        """Let the callee do its steps until somebody hangs up or the limit is reached."""
        party = Party(self.leg, self.call.tell)
        steps = asyncio.ensure_future(party.follow(list(self.callee.steps)))
        try:
            async with asyncio.timeout(limit_s):
                await self.leg.over.wait()
        except TimeoutError:
            self.call.tell("limit reached", self.leg)
        finally:
            steps.cancel()
            await asyncio.gather(steps, return_exceptions=True)
            self.end()
