"""Telephones in a test's hand: dial, listen, press, talk, hang up, one statement after the other.

Simulated time stands still between two statements and runs only while one of them waits for something, so a
test may take as long as it likes to think, and still a caller presses the key at the very moment the menu
has been heard.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import replace
from types import TracebackType
from typing import Any, TypeVar

from vonage_simulator.calls.call import Call, CallOutcome
from vonage_simulator.calls.callers import Caller
from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.parties import PATIENCE_S, Callee, Party, Picks, StepFailedError
from vonage_simulator.calls.running import run_inbound
from vonage_simulator.clock.waiting import first_of
from vonage_simulator.journal.story import call_story, plain
from vonage_simulator.testing.held_time import hold_time_during, while_time_runs
from vonage_simulator.testing.verdict import cause
from vonage_simulator.types import Json
from vonage_simulator.verifications.codes import code_in
from vonage_simulator.vonage import Vonage

Result = TypeVar("Result")

STANDARD_NUMBER = "447700900123"
LOOK_AGAIN_S = 0.1


class Phone:
    """A telephone outside of Vonage; or whatever else can call in, in the hand of who uses it.

    Args:
        vonage: where its calls go.
        caller: who uses it; a text is a telephone's number.
    """

    def __init__(self, vonage: Vonage, caller: Caller | str = STANDARD_NUMBER) -> None:
        self._caller = caller
        self._vonage = vonage
        self._calls: list[PhoneCall] = []

    def dial(self, to: str) -> "PhoneCall":
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
            raise AssertionError(f"{number} did not ring within {within_s:g} s")
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
        other = Phone(self._vonage, caller)
        other._calls = self._calls
        return other

    def _holds(self, call: Call, leg: Leg) -> "PhoneCall":
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

    def __init__(self, vonage: Vonage, leg: Leg, hold: "Callable[[Call, Leg], PhoneCall]") -> None:
        self._vonage = vonage
        self._leg = leg
        self._hold = hold
        self.shown = leg.from_

    def answers(self) -> "PhoneCall":
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


class PhoneCall:
    """A call in progress, at one telephone. As a context manager it ends with its block."""

    def __init__(self, vonage: Vonage, call: Call, leg: Leg) -> None:
        self._vonage = vonage
        self._engine = vonage.engine
        self._call = call
        self._leg = leg
        self._party = Party(leg, call.tell)

    def hears(self, text: str, within_s: float = PATIENCE_S) -> None:
        """Listen until something contains the text, whatever its case."""
        self._while_time_runs(self._party.hears(text, within_s))

    def hears_code(self, within_s: float = PATIENCE_S) -> str:
        """Listen until a code of a verification is read out, and write it down."""
        self.hears("code is", within_s)
        return code_in(str([line["text"] for line in self.transcript if line["what"] == "talk"][-1]))

    def presses(self, keys: str) -> None:
        """Press keys once an `input` (or a recording's `endOnKey`) listens for them."""
        self._while_time_runs(self._party.presses(keys))

    def says(self, text: str) -> None:
        """Say something: to an `input` that takes speech, or to whoever is on the line."""
        self._while_time_runs(self._party.follow([{"say": text}]))

    def waits(self, seconds: float) -> None:
        """Do nothing for so many simulated seconds."""
        self._while_time_runs(self._party.follow([{"wait": seconds}]))

    def is_connected_to(self, number: str, within_s: float = PATIENCE_S) -> None:
        """Wait until a leg to this number has been joined."""
        self._while_time_runs(self._until_connected(number, within_s))

    def hangs_up(self) -> CallOutcome:
        """Put the phone down; gives the outcome."""
        self._engine.run(self._hang_up())
        return self.ends()

    def ends(self) -> CallOutcome:
        """Let time run until the other side has ended the call too; for who was called, this leg of it."""
        return self._while_time_runs(self._finish())

    @property
    def leg(self) -> str:
        """The `uuid` of this telephone's leg, as webhooks and the Voice API name it."""
        return self._leg.uuid

    @property
    def conversation(self) -> str:
        """The `conversation_uuid` that the call began with, which names its timeline."""
        return self._call.id

    @property
    def transcript(self) -> list[Json]:
        """What happened so far: the journal's `call` entries."""
        return self._vonage.journal.entries(kind="call", call=self._call.id)

    def __enter__(self) -> "PhoneCall":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hangs_up()

    def _while_time_runs(self, doing: Coroutine[Any, Any, Result]) -> Result:
        __tracebackhide__ = True
        try:
            return self._engine.run(while_time_runs(self._vonage, self._unless_broken(doing)))
        except StepFailedError as failed:
            entries = self._vonage.journal.entries(call=self._call.id)
            message = f"{failed}\n{plain(call_story(entries))}"
            raise AssertionError(message) from cause(self._vonage, entries)

    async def _unless_broken(self, doing: Coroutine[Any, Any, Result]) -> Result:
        """Do something, but not longer than the call works."""
        finished = next(filter(None, await first_of(self._breakdown(), doing)))
        result: Result = finished.result()
        return result

    async def _breakdown(self) -> None:
        """Wait for what breaks the call; if it ends well, that is waited for in vain."""
        if self._run:
            await asyncio.shield(self._run)
        await asyncio.get_running_loop().create_future()

    async def _until_connected(self, number: str, within_s: float) -> None:
        def is_connected(line: Json) -> bool:
            return (
                line.get("what") == "connected" and line["number"] == number and line["call"] == self._call.id
            )

        if not await self._vonage.journal.until(is_connected, within_s, self._leg.over):
            raise StepFailedError(f"{self._leg.party} was never connected to {number}")

    async def _hang_up(self) -> None:
        self._party.hangs_up()

    async def _finish(self) -> CallOutcome:
        if self._run and self._leg is self._call.first:
            return await asyncio.shield(self._run)
        await self._leg.over.wait()
        await asyncio.sleep(LOOK_AGAIN_S)  # until that has been reported
        outcome, leg = self._call.outcome(), self._leg
        return replace(outcome, leg=leg.uuid, status=leg.status, duration_s=leg.duration_s)

    @property
    def _run(self) -> "asyncio.Task[CallOutcome] | None":
        """What the call does by itself; None for one that no test began."""
        return self._vonage.in_hand.get(self._call.id)
