"""What the judge says of a value: what Vonage certainly refuses, what is doubtful, and how it is read."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from switchboard.wire.actions import Action
from switchboard.wire.call_requests import CallRequest
from switchboard.wire.commands import Command
from switchboard.wire.judge.reader import Reader
from switchboard.wire.message_requests import MessageRequest
from switchboard.wire.rules import (
    broken_call_rules,
    broken_command_rules,
    broken_message_rules,
    broken_rules,
)
from switchboard.wire.shapes import Shape
from switchboard.wire.violations import Violation, violations

Rules = Callable[[Any], Iterable[Violation]]


class Judgement(NamedTuple):
    """A value as Vonage would see it.

    Attributes:
        value: as it is read: numbers given as texts are numbers, other spellings the documented ones.
        refused: what Vonage certainly refuses.
        doubtful: what it may refuse, ignore or take; nobody here can tell.
    """

    value: Any
    refused: Sequence[Violation] = ()
    doubtful: Sequence[Violation] = ()


class NccoJudgement(NamedTuple):
    """The same of an NCCO; each violation comes with the index of its action, in their order."""

    value: list[Any]
    refused: Sequence[tuple[int, Violation]]
    doubtful: Sequence[tuple[int, Violation]]


def _none(_value: object) -> Iterable[Violation]:
    return ()


def judge(shape: Shape, value: object, rules: Rules = _none) -> Judgement:
    """Judge a value.

    Args:
        shape: the wire type that it should have.
        value: parsed JSON.
        rules: what the type cannot say; they are asked of a value of the right shape alone.
    """
    reader = Reader()
    try:
        read = reader.read(shape, value)
        found = violations(shape, read, strict=True)
        refused = [violation for violation in found if not violation.is_doubtful] or list(rules(read))
    except RecursionError:
        return Judgement(value, [Violation("broken", "", rule="it is nested too deeply to be read")])
    told = {doubt.field for doubt in reader.doubts}
    found = [each for each in found if not (each.kind == "unknown" and each.field in told)]
    return Judgement(read, refused, [*reader.doubts, *(each for each in found if each.is_doubtful)])


def judge_ncco(actions: Sequence[object]) -> NccoJudgement:
    """Judge an NCCO, action by action, and by the rules between them."""
    judged = [judge(Action, action) for action in actions]
    value = [one.value for one in judged]
    refused = [(index, each) for index, one in enumerate(judged) for each in one.refused]
    doubtful = [(index, each) for index, one in enumerate(judged) for each in one.doubtful]
    refused = sorted([*refused, *broken_rules(value)], key=lambda placed: placed[0])
    return NccoJudgement(value, refused, doubtful)


def judge_message(message: object) -> Judgement:
    """Judge a message to send."""
    return judge(MessageRequest, message, broken_message_rules)


def judge_call(call: object) -> Judgement:
    """Judge a call to place, its NCCO included."""
    return judge(CallRequest, call, broken_call_rules)


def judge_command(command: object) -> Judgement:
    """Judge a command, what it asks for included."""
    return judge(Command, command, broken_command_rules)
