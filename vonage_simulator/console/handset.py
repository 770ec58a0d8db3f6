"""One end of a line: a phone in somebody's hand, while the engine runs the call.

The engine lives in a thread of its own and so does the page. Everything here may be called from the page;
what the handset reports, it says on the engine's thread.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from vonage_simulator.calls.call import Call, CallOutcome
from vonage_simulator.calls.callers import Caller
from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.parties import Party
from vonage_simulator.calls.running import run_inbound
from vonage_simulator.calls.sounds import Pressed
from vonage_simulator.vonage import Vonage

MISSED = "It no longer rang: somebody else answered it, or the caller gave up."

Heard = Callable[[str], None]
Ended = Callable[[CallOutcome], None]


@dataclass
class Line:
    """A leg that the handset is on, and its call."""

    call: Call
    leg: Leg

    @property
    def party(self) -> Party:
        """Who holds the handset."""
        return Party(self.leg, self.call.tell)


class Handset:
    """Places or takes one call at a time.

    Attributes:
        line: what it is on; None before and after a call.
    """

    def __init__(self, vonage: Vonage, heard: Heard, ended: Ended) -> None:
        self._vonage = vonage
        self._heard = heard
        self._ended = ended
        self.line: Line | None = None

    def dial(self, caller: Caller, to: str) -> None:
        """Call one of the account's numbers."""
        self._vonage.engine.start(self._dial(caller, to))

    def pick_up(self, leg_uuid: str) -> None:
        """Take a call that rings."""
        self._vonage.engine.start(self._pick_up(leg_uuid))

    def press(self, key: str) -> "Future[bool]":
        """Press a key; False when nothing listens for keys."""
        return self._vonage.engine.start(self._press(key))

    def say(self, text: str) -> None:
        """Say something."""
        if self.line:
            self._vonage.engine.start(self.line.party.says(text))

    def hang_up(self) -> None:
        """Put it down; ends a call that is still ringing, too."""
        self._vonage.engine.start(self._hang_up())

    async def _dial(self, caller: Caller, to: str) -> None:
        call = self._vonage.lines.open_inbound(caller, to)
        if isinstance(call, CallOutcome):
            self._ended(call)
            return
        self.line = Line(call, call.first)
        listening = asyncio.ensure_future(self._listen(self.line.leg))
        try:
            self._ended(await run_inbound(call, None))
        finally:
            listening.cancel()
            self.line = None

    async def _pick_up(self, leg_uuid: str) -> None:
        found = self._vonage.lines.find(leg_uuid)
        if found is None or not await self._vonage.exchange.pick_up(leg_uuid):
            self._ended(CallOutcome("", leg_uuid, "missed", failure=MISSED))
            return
        call, leg = found
        self.line = Line(call, leg)
        listening = asyncio.ensure_future(self._listen(leg))
        try:
            await leg.over.wait()
            self._ended(CallOutcome(call.id, leg.uuid, "completed", leg.duration_s))
        finally:
            listening.cancel()
            self.line = None

    async def _listen(self, leg: Leg) -> None:
        while True:
            self._heard(await leg.next_heard())

    async def _press(self, key: str) -> bool:
        if self.line is None:
            return False
        self.line.call.tell("pressed", self.line.leg, keys=key)
        return self.line.leg.make(Pressed(key))

    async def _hang_up(self) -> None:
        if self.line:
            self.line.party.hangs_up()
