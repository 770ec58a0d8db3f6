"""Check a payload against the wire types and say what is wrong with it, one line for each violation.

What we write (an NCCO, a message) is checked strictly: a key that Vonage does not know would be ignored in
silence, so it is an error here. What we read is checked for what it has, and stays as it came, since Vonage
adds fields.

This module imports pydantic, which costs twice the cold start of a whole webhook. Tests, the simulated
Vonage, the outbound function and `SWITCHBOARD_VALIDATE=1` use it; the answer path never does.
"""

from collections.abc import Mapping
from typing import cast

from switchboard.wire.actions import Action
from switchboard.wire.call_requests import CallRequest
from switchboard.wire.commands import Command
from switchboard.wire.message_requests import MessageRequest
from switchboard.wire.rules import (
    Fields,
    broken_call_rules,
    broken_message_rules,
    broken_rules,
    broken_update_rules,
)
from switchboard.wire.shapes import Shape
from switchboard.wire.violations import shown, violations


def ncco_problems(ncco: object) -> list[str]:
    """What is wrong with an NCCO, in the order of its actions; nothing for one that Vonage takes.

    Actions count from 1: `action 2 (input): dtmf.maxDigits is 25; it must be from 1 to 20`.
    """
    if not isinstance(ncco, list | tuple):
        return [f"the NCCO is {shown(ncco)}; it must be a list of actions"]
    found = [
        (index, problem)
        for index, action in enumerate(ncco)
        for problem in problems(Action, action, strict=True)
    ]
    found += broken_rules(ncco)
    return [f"{_name(index, ncco[index])}: {problem}" for index, problem in sorted(found, key=lambda p: p[0])]


def problems(shape: Shape, value: object, *, strict: bool = False) -> list[str]:
    """What is wrong with `value` as a `shape`, a wire type such as `voice.AnswerRequest`.

    Args:
        shape: the type that the value should have.
        value: parsed JSON.
        strict: True for what we write: unknown keys and numbers given as texts are problems too.
    """
    return [str(violation) for violation in violations(shape, value, strict=strict)]


def message_problems(message: object) -> list[str]:
    """What is wrong with a message to send, such as `text is missing; message_type is text`."""
    return problems(MessageRequest, message, strict=True) or _message_rules(_fields(message))


def call_problems(call: object) -> list[str]:
    """What is wrong with a call to place."""
    return problems(CallRequest, call, strict=True) or _call_rules(_fields(call))


def command_problems(command: object) -> list[str]:
    """What is wrong with a command, its message or call included: `detail.to is missing`."""
    found = problems(Command, command, strict=True)
    if found:
        return found
    match _fields(command):
        case {"name": "messages.send", "detail": message}:
            return _message_rules(message, "detail.")
        case {"name": "voice.call", "detail": call}:
            return _call_rules(call, "detail.")
        case {"name": "voice.update", "detail": update}:
            return _update_rules(update, "detail.")
    return []


def _message_rules(message: Fields, prefix: str = "") -> list[str]:
    return [str(violation) for violation in broken_message_rules(message, prefix)]


def _call_rules(call: Fields, prefix: str = "") -> list[str]:
    found = [str(violation) for violation in broken_call_rules(call, prefix)]
    return found + _ncco_rules(call, prefix)


def _update_rules(update: Fields, prefix: str) -> list[str]:
    found = [str(violation) for violation in broken_update_rules(update, prefix)]
    return found + _ncco_rules(update.get("destination", {}), f"{prefix}destination.")


def _ncco_rules(fields: Fields, prefix: str) -> list[str]:
    return [f"{prefix}ncco[{index}]: {rule}" for index, rule in broken_rules(fields.get("ncco", []))]


def _fields(checked: object) -> Fields:
    return cast(Fields, checked)


def _name(index: int, action: object) -> str:
    name = action.get("action") if isinstance(action, Mapping) else None
    return f"action {index + 1} ({name})" if isinstance(name, str) else f"action {index + 1}"
