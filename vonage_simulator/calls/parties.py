"""The people and machines at the far end of a leg, and what they do there.

A party follows steps: `{"hear": "Welcome"}`, `{"say": "sales"}`, `{"press": "12#"}`, `{"wait": 2}`,
`{"hang_up": true}`.
"""

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from vonage_simulator.account.account import ANSWERING_CALLEE, UNKNOWN_NUMBER
from vonage_simulator.calls.legs import Leg, LegOverError
from vonage_simulator.calls.sounds import Pressed, Said
from vonage_simulator.types import Json, JsonValue

Picks = Literal[
    "answer", "machine", "no_answer", "busy", "unavailable", "carrier_timeout", "decline", "invalid_number",
    "restricted", "out_of_service", "cannot_route", "internal_error",
]  # fmt: skip

CHARACTERS_PER_SECOND = 15.0
PAUSE_BETWEEN_KEYS_S = 0.2
PATIENCE_S = 60.0
CHAT_S = 10.0

STEPS = ("hear", "say", "press", "wait", "hang_up")


class StepError(ValueError):
    """A step that nobody could follow; says which and what is allowed."""


class StepFailedError(Exception):
    """A party could not do its step, such as hear what it waited for."""


@dataclass(frozen=True)
class Callee:
    """How a number behaves when it is called.

    Attributes:
        picks: what happens when it rings; `no_answer` rings until the caller's side gives up.
        after_s: simulated seconds until then.
        steps: what the party does once it has answered; by default it listens to an NCCO, and chats for a
            while with another person, then hangs up.
        beep_after_s: when a machine beeps after it was recognised.
    """

    picks: Picks = "no_answer"
    after_s: float = 1.0
    steps: tuple[Json, ...] | None = None
    beep_after_s: float = 5.0

    def __post_init__(self) -> None:
        """Refuse what nobody could do."""
        if self.picks not in get_args(Picks):
            raise StepError(f"picks must be one of {', '.join(get_args(Picks))}; got {self.picks!r}")
        check_steps(list(self.steps or ()))

    def chat(self) -> tuple[Json, ...]:
        """What it does when it was connected to another person."""
        small_talk: tuple[Json, ...] = ({"say": "Hello?"}, {"wait": CHAT_S}, {"hang_up": True})
        by_itself = self.steps is None and self.picks == "answer"
        return small_talk if by_itself else self.steps or ()


def standard_callees() -> dict[str, Callee]:
    """Who answers without being told: one number does, one is out of service, all others just ring."""
    return {ANSWERING_CALLEE: Callee("answer"), UNKNOWN_NUMBER: Callee("out_of_service")}


def spoken_s(text: str) -> float:
    """How long it takes to say a text, in seconds."""
    return max(0.5, round(len(text) / CHARACTERS_PER_SECOND, 1))


def check_steps(steps: list[Json]) -> None:
    """Raise `StepError` for the first step that nobody could follow."""
    for number, step in enumerate(steps, start=1):
        known = [name for name in STEPS if isinstance(step, dict) and name in step]
        if len(known) != 1:
            message = f"step {number} must have exactly one of {', '.join(STEPS)}; got {step!r}"
            raise StepError(message)
        wrong = _misfit(step, set(step) - {known[0]})
        if wrong:
            raise StepError(f"step {number}: {wrong}; got {step!r}")


def _misfit(step: Json, others: set[str]) -> str | None:
    match step:
        case {"press": keys} if not re.fullmatch(r"[0-9*#]+", str(keys)):
            return "press takes keys 0-9 * #"
        case {"wait": seconds} | {"hear": _, "within": seconds} if not _is_duration(seconds):
            return "wait and within take seconds, 0 or more"
        case {"hear": words} | {"say": words} if not isinstance(words, str | int | float):
            return "hear and say take a text"
    unknown = others - ({"within"} if "hear" in step else set())
    return f"{', '.join(sorted(unknown))} does not exist" if unknown else None


def _is_duration(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


@dataclass
class Party:
    """One far end, following its steps on one leg.

    Attributes:
        tell: writes a line of the call's story.
    """

    leg: Leg
    tell: Callable[..., object]
    heard: list[str] = field(default_factory=list)

    async def follow(self, steps: list[Json]) -> None:
        """Do the steps in order.

        Raises:
            StepFailedError: one of them could not be done.
        """
        for step in steps:
            await self._do(step)

    async def hears(self, text: str, within_s: float = PATIENCE_S) -> None:
        """Wait until something is heard that contains the text, whatever its case."""
        since = len(self.heard)
        try:
            async with asyncio.timeout(within_s):
                while True:
                    self.heard.append(await self.leg.unless_over(self.leg.next_heard()))
                    if text.casefold() in self.heard[-1].casefold():
                        return
        except TimeoutError as error:
            raise StepFailedError(self._never_heard(text, since, f"within {within_s:g} s")) from error
        except LegOverError as error:
            raise StepFailedError(self._never_heard(text, since, "before the call ended")) from error

    async def presses(self, keys: str) -> None:
        """Press keys, once something listens for them."""
        await self._when_listened_to(f"press {keys}")
        for key in keys:
            self.leg.make(Pressed(key))
            self.tell("pressed", self.leg, keys=key)
            await asyncio.sleep(PAUSE_BETWEEN_KEYS_S)

    async def says(self, text: str) -> None:
        """Say something; the other legs hear it, and an `input` that listens for speech."""
        self.tell("said", self.leg, text=text)
        self.leg.make(Said(text, spoken_s(text)))
        await asyncio.sleep(spoken_s(text))

    def hangs_up(self) -> None:
        """Put the phone down."""
        if not self.leg.over.is_set():
            self.tell("hung up", self.leg)
            self.leg.hang_up("user")

    async def _do(self, step: Json) -> None:
        match step:
            case {"hear": text}:
                await self.hears(str(text), float(step.get("within", PATIENCE_S)))
            case {"say": text}:
                if self.leg.direction == "inbound" and len(self.leg.conversation.legs) == 1:
                    await self._when_listened_to(f"say {text!r}")
                await self.says(str(text))
            case {"press": keys}:
                await self.presses(str(keys))
            case {"wait": seconds}:
                with contextlib.suppress(LegOverError):
                    await self.leg.unless_over(asyncio.sleep(float(seconds)))
            case _:
                self.hangs_up()

    async def _when_listened_to(self, wanted: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.leg.unless_over(self.leg.listened_to.wait())
        except (TimeoutError, LegOverError) as error:
            message = f"{self.leg.party} wanted to {wanted}, but no input action listened"
            raise StepFailedError(message) from error

    def _never_heard(self, text: str, since: int, when: str) -> str:
        heard = "; ".join(f'"{words}"' for words in self.heard[since:]) or "nothing"
        return f'{self.leg.party} never heard "{text}" {when}; heard: {heard}'
