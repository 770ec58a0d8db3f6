"""Say what is wrong with a payload, one line for each violation; `switchboard.wire.judge` is the judge.

What Vonage certainly refuses is a problem. What is doubtful (an unknown key, a number given as text) is only
one if you ask for it: `strict=True` is for what you write yourself, where an unknown key is most likely a
typing error. What we read is checked for what it has, and stays as it came, since Vonage adds
fields.

This module imports pydantic, which costs twice the cold start of a whole webhook. Tests, the simulated
Vonage, the outbound function and `SWITCHBOARD_VALIDATE=1` use it; the answer path never does.
"""

from collections.abc import Iterable, Mapping, Sequence

from switchboard.wire.actions import Action
from switchboard.wire.call_requests import CallRequest
from switchboard.wire.commands import Command
from switchboard.wire.judge.judgement import (
    Judgement,
    Rules,
    judge_call,
    judge_command,
    judge_message,
    judge_ncco,
)
from switchboard.wire.message_requests import MessageRequest
from switchboard.wire.rules import (
    broken_call_rules,
    broken_command_rules,
    broken_message_rules,
    broken_rules,
)
from switchboard.wire.shapes import Shape
from switchboard.wire.violations import Violation, shown, violations


def ncco_problems(ncco: object, *, strict: bool = False) -> list[str]:
    """What is wrong with an NCCO, in the order of its actions; nothing for one that Vonage may take.

    Actions count from 1: `action 2 (input): dtmf.maxDigits is 25; it must be from 1 to 20`.

    Args:
        ncco: parsed JSON.
        strict: True for what is doubtful, too.
    """
    if not isinstance(ncco, list | tuple):
        return [f"the NCCO is {shown(ncco)}; it must be a list of actions"]
    if not strict:
        return _placed(ncco, judge_ncco(ncco).refused)
    found = [(index, each) for index, action in enumerate(ncco) for each in _strictly(Action, action)]
    return _placed(ncco, sorted([*found, *broken_rules(ncco)], key=lambda placed: placed[0]))


def ncco_doubts(ncco: Sequence[object]) -> list[str]:
    """What Vonage may refuse, ignore or take in an NCCO, worded and ordered as its problems are."""
    return _placed(ncco, judge_ncco(ncco).doubtful)


def problems(shape: Shape, value: object, *, strict: bool = False) -> list[str]:
    """What is wrong with `value` as a `shape`, a wire type such as `voice.AnswerRequest`.

    Args:
        shape: the type that the value should have.
        value: parsed JSON.
        strict: True for what we write: unknown keys and numbers given as texts are problems too.
    """
    found = _strictly(shape, value) if strict else violations(shape, value, strict=False)
    return [str(violation) for violation in found]


def message_problems(message: object, *, strict: bool = False) -> list[str]:
    """What is wrong with a message to send, such as `text is missing; message_type is text`."""
    if strict:
        return _strict_problems(MessageRequest, message, broken_message_rules)
    return _refused(judge_message(message))


def call_problems(call: object, *, strict: bool = False) -> list[str]:
    """What is wrong with a call to place."""
    if strict:
        return _strict_problems(CallRequest, call, broken_call_rules)
    return _refused(judge_call(call))


def command_problems(command: object, *, strict: bool = False) -> list[str]:
    """What is wrong with a command, its message or call included: `detail.to is missing`."""
    if strict:
        return _strict_problems(Command, command, broken_command_rules)
    return _refused(judge_command(command))


def _refused(judgement: Judgement) -> list[str]:
    return [str(violation) for violation in judgement.refused]


def _strict_problems(shape: Shape, value: object, rules: Rules) -> list[str]:
    return problems(shape, value, strict=True) or [str(violation) for violation in rules(value)]


def _strictly(shape: Shape, value: object) -> list[Violation]:
    """Every violation as a certain one."""
    return [violation._replace(doubt="") for violation in violations(shape, value, strict=True)]


def _placed(ncco: Sequence[object], found: Iterable[tuple[int, Violation]]) -> list[str]:
    return [f"{_name(index, ncco[index])}: {violation}" for index, violation in found]


def _name(index: int, action: object) -> str:
    name = action.get("action") if isinstance(action, Mapping) else None
    return f"action {index + 1} ({name})" if isinstance(name, str) else f"action {index + 1}"
