"""A question: which switch of the simulated Vonage it decides, how to look, and what was seen."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import httpx

from operate.ask_vonage.account import AskedError

Position = str | bool | float
Subject = TypeVar("Subject")


class UndecidedError(Exception):
    """What was seen decides nothing; the message says what it was, or why there was nothing to see."""


class Seen(NamedTuple):
    """The position of a switch that Vonage turned out to have, and what showed it."""

    position: Position
    what: str


@dataclass(frozen=True)
class Question(Generic[Subject]):
    """One thing that Vonage's sources leave open.

    Attributes:
        switch: The switch of the simulated Vonage that it decides; also its name for `--only`. What has no
            switch has a name all the same.
        positions: Those that the switch has, the assumed one first. A number stands for any other.
        asks: What it asks, for the page.
        look: Looks, and says what was seen; raises UndecidedError when that decides nothing.
        has_switch: Whether the simulated Vonage can do it otherwise.
    """

    switch: str
    positions: tuple[Position, ...]
    asks: str
    look: Callable[[Subject], Seen]
    has_switch: bool = True


@dataclass(frozen=True)
class Answer:
    """What became of a question; without a `found` position `seen` says why it is not decided."""

    switch: str
    assumed: Position
    asks: str
    found: Position | None
    seen: str
    has_switch: bool = True


def answer(question: Question[Subject], subject: Subject) -> Answer:
    """Ask one question. Vonage may reply anything, and none of it ends the run."""
    try:
        found, seen = question.look(subject)
    except UndecidedError as reason:
        return undecided(question, str(reason))
    except AskedError as refusal:
        return undecided(question, f"Vonage refused: {refusal}")
    except httpx.HTTPError as error:
        return undecided(question, f"Vonage could not be asked: {type(error).__name__}")
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        return undecided(question, f"the reply has an unknown shape: {type(error).__name__}: {error}")
    return _answer(question, found, seen)


def answers(questions: Iterable[Question[Subject]], subject: Subject) -> Iterator[Answer]:
    """Ask one question after the other."""
    for question in questions:
        yield answer(question, subject)


def undecided(question: Question[Subject], why: str) -> Answer:
    """A question without a decision."""
    return _answer(question, None, why)


def _answer(question: Question[Subject], found: Position | None, seen: str) -> Answer:
    assumed = question.positions[0]
    return Answer(question.switch, assumed, question.asks, found, seen, question.has_switch)
