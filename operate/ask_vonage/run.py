"""Ask everything that is wanted, and leave nothing behind, whatever happens."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import httpx

from operate.ask_vonage.account import AskedError
from operate.ask_vonage.inquiry import Inquiry
from operate.ask_vonage.question import Answer, Question, UndecidedError, answers, undecided
from operate.ask_vonage.questions import application, callers, calls, messages, numbers, unasked
from operate.errors import OperatorError

# What the terminal raises when nobody reads it any more, and what ends a run on purpose.
_INTERRUPTIONS = (KeyboardInterrupt, SystemExit, OSError)


def _each(inquiry: Inquiry, wanted: Sequence[Question[Inquiry]]) -> Iterator[Answer]:
    return answers(wanted, inquiry)


class Topic(NamedTuple):
    """Questions that are asked together."""

    questions: Sequence[Question[Any]]
    ask: Callable[[Inquiry, Sequence[Any]], Iterator[Answer]]


# What asks about the number's link comes before what links it for good.
TOPICS = (
    Topic(application.QUESTIONS, _each),
    Topic(numbers.QUESTIONS, _each),
    Topic(calls.QUESTIONS, calls.ask),
    Topic(callers.QUESTIONS, _each),
    Topic(messages.QUESTIONS, messages.ask),
    Topic(unasked.QUESTIONS, _each),
)
QUESTIONS = tuple(question for topic in TOPICS for question in topic.questions)


class Asked(NamedTuple):
    """What a run came to.

    Attributes:
        answers: What became of each question.
        left: What could not be removed, in words.
        interrupted: Whether somebody ended it early.
    """

    answers: list[Answer]
    left: list[str]
    interrupted: bool


def run(inquiry: Inquiry, only: Collection[str], report: Callable[[Answer], None]) -> Asked:
    """Ask, and give back what was lent.

    Args:
        inquiry: What the questions work with.
        only: The switches to decide; all when empty.
        report: Hears of each answer at once.
    """
    found: list[Answer] = []
    interrupted = False
    try:
        for topic in TOPICS:
            for answered in _asked(topic, inquiry, only):
                found.append(answered)
                report(answered)
    except _INTERRUPTIONS:
        interrupted = True
    finally:
        left = _left(inquiry)
    answered_already = {each.switch for each in found}
    found += [
        undecided(question, "interrupted")
        for question in QUESTIONS
        if question.switch not in answered_already and (not only or question.switch in only)
    ]
    return Asked(found, left, interrupted)


def _asked(topic: Topic, inquiry: Inquiry, only: Collection[str]) -> Iterator[Answer]:
    """A topic's answers. What keeps it from going on is the reason for those that are left."""
    wanted = [question for question in topic.questions if not only or question.switch in only]
    if not wanted:
        return
    asked = 0
    try:
        for answered in topic.ask(inquiry, wanted):
            asked += 1
            yield answered
        return
    except UndecidedError as error:
        reason = str(error)
    except AskedError as error:
        reason = f"Vonage refused: {error}"
    except httpx.HTTPError as error:
        reason = f"Vonage could not be asked: {type(error).__name__}"
    except OperatorError as error:
        reason = error.cause
    for question in wanted[asked:]:
        yield undecided(question, reason)


def _left(inquiry: Inquiry) -> list[str]:
    """Remove what was made; what can't be, in words."""
    with suppress(AskedError, httpx.HTTPError, OperatorError, KeyboardInterrupt):
        return inquiry.leave()
    where = f"an application “{inquiry.name}”"
    return [where + (f", and {inquiry.number} may be linked to it" if inquiry.number else "")]
