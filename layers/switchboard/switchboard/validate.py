"""Check a payload against the wire types and say what is wrong with it, one line for each violation.

What we write (an NCCO, a message) is checked strictly: a key that Vonage does not know would be ignored in
silence, so it is an error here. What we read is checked for what it has, and stays as it came: Vonage adds
fields.

This module imports pydantic, which costs twice the cold start of a whole webhook. Tests, the simulated
Vonage, the outbound function and ``SWITCHBOARD_VALIDATE=1`` use it; the answer path never does.
"""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from switchboard.actions import Action
from switchboard.call_requests import CallRequest
from switchboard.commands import Command
from switchboard.message_requests import MessageRequest
from switchboard.rules import broken_call_rules, broken_message_rules, broken_rules, broken_update_rules
from switchboard.shapes import Place, Shape, keys, locate, tags
from switchboard.typed import Tagged

_LONGEST_SHOWN = 60
_NAMES = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "model_attributes_type": "an object",
    "invalid_key": "a key that is a text",
}


@cache
def _adapter(shape: Shape) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def ncco_problems(ncco: object) -> list[str]:
    """Return what is wrong with an NCCO, in the order of its actions; nothing for one that Vonage takes.

    Actions count from 1: ``action 2 (input): dtmf.maxDigits is 25; it must be from 1 to 20``.
    """
    if not isinstance(ncco, list | tuple):
        return [f"the NCCO is {_shown(ncco)}; it must be a list of actions"]
    problems = [
        (index, problem)
        for index, action in enumerate(ncco)
        for problem in _problems(Action, action, strict=True)
    ]
    problems += broken_rules(ncco)
    return [
        f"{_name(index, ncco[index])}: {problem}" for index, problem in sorted(problems, key=lambda p: p[0])
    ]


def problems(shape: Shape, value: object, *, strict: bool = False) -> list[str]:
    """Return what is wrong with ``value`` as a ``shape``, a wire type such as ``voice.AnswerRequest``.

    Args:
        shape: the type that the value should have.
        value: parsed JSON.
        strict: True for what we write: unknown keys and numbers given as texts are problems too.
    """
    return list(_problems(shape, value, strict=strict))


def message_problems(message: object) -> list[str]:
    """Return what is wrong with a message to send, such as ``text is missing; message_type is text``."""
    return problems(MessageRequest, message, strict=True) or list(broken_message_rules(_fields(message)))


def call_problems(call: object) -> list[str]:
    """Return what is wrong with a call to place."""
    return problems(CallRequest, call, strict=True) or list(broken_call_rules(_fields(call)))


def command_problems(command: object) -> list[str]:
    """Return what is wrong with a command, its message or call included: ``detail.to is missing``."""
    found = problems(Command, command, strict=True)
    if found:
        return found
    match _fields(command):
        case {"name": "messages.send", "detail": message}:
            return list(broken_message_rules(message, "detail."))
        case {"name": "voice.call", "detail": call}:
            return list(broken_call_rules(call, "detail."))
        case {"name": "voice.update", "detail": update}:
            return list(broken_update_rules(update, "detail."))
    return []


def _fields(checked: object) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], checked)


def _problems(shape: Shape, value: object, *, strict: bool) -> Iterator[str]:
    try:
        _adapter(shape).validate_python(value, strict=strict, extra="forbid" if strict else "allow")
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            yield _sentence(shape, detail)


def _sentence(shape: Shape, error: ErrorDetails) -> str:
    place = locate(shape, error["loc"])
    field, value = place.field, error["input"]
    match error["type"]:
        case "missing":
            return f"{field} is missing"
        case "extra_forbidden":
            return f"{field} is not a field{_suggestion(locate(shape, error['loc'][:-1]), error['loc'][-1])}"
        case "union_tag_invalid" | "union_tag_not_found":
            return _untold(place, value)
        case "literal_error":
            rule = "one of " + ", ".join(json.dumps(choice) for choice in get_args(place.shape))
        case kind if kind in _NAMES:
            rule = _NAMES[kind]
        case _:
            rule = " and ".join(map(str, place.rules)) or error["msg"]
    return f"{field or 'it'} is {_shown(value)}; it must be {rule}"


def _untold(place: Place, value: object) -> str:
    """Say that a member of a union could not be told from its tag."""
    key = next(rule.key for rule in place.rules if isinstance(rule, Tagged))
    field = f"{place.field}.{key}" if place.field else key
    found = f"is {_shown(value[key])}" if isinstance(value, Mapping) and key in value else "is missing"
    return f"{field} {found}; it must be one of " + ", ".join(f'"{tag}"' for tag in tags(place.shape, key))


def _suggestion(parent: Place, key: str | int) -> str:
    close = difflib.get_close_matches(str(key), keys(parent.shape), n=1)
    known = f"did you mean {close[0]}?" if close else "known are " + ", ".join(sorted(keys(parent.shape)))
    return f"; {known}"


def _shown(value: object) -> str:
    """Return a value fit for a log line: short, and what may be a phone number without its first digits."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) > _LONGEST_SHOWN:
        return f"{len(value)} characters long" if isinstance(value, str) else f"{len(text)} bytes of JSON"
    return re.sub(r"[0-9][0-9 ()-]{5,}(?=[0-9]{3})", lambda digits: re.sub(r"[0-9]", "*", digits[0]), text)


def _name(index: int, action: object) -> str:
    name = action.get("action") if isinstance(action, Mapping) else None
    return f"action {index + 1} ({name})" if isinstance(name, str) else f"action {index + 1}"
