"""Telephones in a test's hand: dial, listen, press, talk, hang up, one statement after the other.

Simulated time stands still between two statements and runs only while one of them waits for something, so a
test may take as long as it likes to think, and still a caller presses the key at the very moment the menu
has been heard.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from vonage_simulator.calls.call import Call, CallOutcome
from vonage_simulator.calls.callers import Caller
from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.parties import PATIENCE_S, Callee, Picks
from vonage_simulator.calls.running import run_inbound
from vonage_simulator.testing.held_time import hold_time_during, while_time_runs
from vonage_simulator.testing.phone_call import LOOK_AGAIN_S, PhoneCall
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

__all__ = ["STANDARD_NUMBER", "Phone", "PhoneCall", "Ringing"]

STANDARD_NUMBER = "447700900123"


class Phone:
    """A telephone outside of Vonage; or whatever else can call in, in the hand of who uses it.

    Args:
        vonage: where its calls go.
        caller: who uses it; a text is a telephone's number.
        not_done: sentences about what flows have asked for in vain, for whoever waits for a call of theirs.
    """

    def __init__(
        self,
        vonage: Vonage,
        caller: Caller | str = STANDARD_NUMBER,
        not_done: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._caller = caller
        self._vonage = vonage
        self._not_done = not_done
        self._calls: list[PhoneCall] = []

    def dial(self, to: str) -> PhoneCall:
        """Call a number of the account; a SIP endpoint may call a SIP domain of it, too, and a user any text.

        Raises:
            AssertionError: the call leads nowhere; says why.
        """
        call = self._vonage.engine.run(self._begin(to))
        return self._holds(call, call.first)

    def rings(self, number: str | None = None, within_s: float = PATIENCE_S) -> "Ringing":
        """Wait until this telephone rings, or another number's: for a `connect`, or for a call of a flow's.

        It keeps ringing until it `answers()`, or nobody waits for it any longer.

        Raises:
            AssertionError: it did not ring within so many simulated seconds.
        """
        number = number or self._number
        finding = while_time_runs(self._vonage, self._until_ringing(number, within_s))
        leg = self._vonage.engine.run(finding)
        if leg is None:
            silent = f"{number} did not ring within {within_s:g} s"
            raise AssertionError("\n".join([silent, *self._not_done()]))
        return Ringing(self._vonage, leg, self._holds)

    def of(self, number: str) -> "Phone":
        """Somebody else's telephone, for several in one test."""
        return self._in_another_hand(Caller(number))

    def of_user(self, name: str, custom_data: Json | None = None) -> "Phone":
        """The browser or app of a Client SDK user, who is logged in to the application."""
        return self._in_another_hand(Caller.user(name, custom_data))

    def of_sip(self, uri: str, headers: dict[str, str] | None = None) -> "Phone":
        """A SIP endpoint that sends these headers."""
        return self._in_another_hand(Caller.sip(uri, headers))

    def withheld(self) -> "Phone":
        """A telephone that doesn't show its number."""
        return self._in_another_hand(Caller.unknown())

    def callee(self, number: str, picks: Picks = "answer", after_s: float = 1.0) -> None:
        """Say how somebody else's number behaves when it is called; without that, nobody answers it."""
        self._vonage.exchange.callees[number] = Callee(picks, after_s)

    def hang_up_everything(self) -> None:
        """End whatever is still going on."""
        for call in self._calls:
            call.hangs_up()

    @property
    def _number(self) -> str:
        return self._caller if isinstance(self._caller, str) else self._caller.address

    def _in_another_hand(self, caller: Caller) -> "Phone":
        other = Phone(self._vonage, caller, self._not_done)
        other._calls = self._calls
        return other

    def _holds(self, call: Call, leg: Leg) -> PhoneCall:
        held = PhoneCall(self._vonage, call, leg)
        self._calls.append(held)
        return held

    async def _begin(self, to: str) -> Call:
        call = self._vonage.lines.open_inbound(self._caller, to)
        if isinstance(call, CallOutcome):
            raise AssertionError(call.failure)
        hold_time_during(self._vonage, call.id, self._vonage.engine.spawn(run_inbound(call, None)))
        return call

    async def _until_ringing(self, number: str, within_s: float) -> Leg | None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while True:
                    for leg in self._vonage.exchange.legs.values():
                        if leg.to == number and leg.status == "ringing" and leg.direction == "outbound":
                            return leg
                    await asyncio.sleep(LOOK_AGAIN_S)
        return None


class Ringing:
    """A telephone that rings.

    Attributes:
        shown: the number that it shows.
    """

    def __init__(self, vonage: Vonage, leg: Leg, hold: Callable[[Call, Leg], PhoneCall]) -> None:
        self._vonage = vonage
        self._leg = leg
        self._hold = hold
        self.shown = leg.from_

    def answers(self) -> PhoneCall:
        """Pick it up.

        Raises:
            AssertionError: it no longer rings.
        """
        self._vonage.engine.run(while_time_runs(self._vonage, self._pick_up()))
        known = self._vonage.lines.find(self._leg.uuid)
        if known is None or self._leg.answered_at is None:
            raise AssertionError(f"{self._leg.to} no longer rings")
        return self._hold(*known)

    async def _pick_up(self) -> None:
        while not (self._leg.answered_at or self._leg.over.is_set()):
            await self._vonage.exchange.pick_up(self._leg.uuid)
            await asyncio.sleep(LOOK_AGAIN_S)
