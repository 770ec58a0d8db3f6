"""A call in a test's hand, at one telephone: listen, press, talk, hang up."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from types import TracebackType
from typing import Any, TypeVar

from vonage_simulator.calls.call import Call, CallOutcome
from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.parties import PATIENCE_S, Party, StepFailedError
from vonage_simulator.clock.waiting import first_of
from vonage_simulator.journal.story import call_story, plain
from vonage_simulator.testing.held_time import while_time_runs
from vonage_simulator.testing.verdict import cause
from vonage_simulator.types import Json
from vonage_simulator.verifications.codes import code_in
from vonage_simulator.vonage import Vonage

Result = TypeVar("Result")

LOOK_AGAIN_S = 0.1


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
