"""Find where a value breaks a wire type, and say it in words: the field, the value and the rule."""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from switchboard.wire.shapes import Place, Shape, keys, locate, tags
from switchboard.wire.typed import Tagged

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


class Violation(NamedTuple):
    """One thing wrong with a value.

    Attributes:
        kind: the field is `missing`, `unknown` or `wrong`.
        field: its path, such as `dtmf.maxDigits` or `endpoint[0].number`; empty for the value as a whole.
        value: what was there, shortened and without the first digits of phone numbers; empty when missing.
        rule: what must hold, such as `from 1 to 20`; of an unknown field, which one may have been meant.
    """

    kind: Literal["missing", "unknown", "wrong"]
    field: str
    value: str
    rule: str

    def __str__(self) -> str:
        match self.kind:
            case "missing":
                return f"{self.field} is missing" + (f"; it must be {self.rule}" if self.rule else "")
            case "unknown":
                return f"{self.field} is not a field; {self.rule}"
            case _:
                return f"{self.field or 'it'} is {self.value}; it must be {self.rule}"


def violations(shape: Shape, value: object, *, strict: bool) -> Iterator[Violation]:
    """Yield what is wrong with a value; `strict` refuses unknown keys, and texts for numbers, too."""
    try:
        _adapter(shape).validate_python(value, strict=strict, extra="forbid" if strict else "allow")
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            yield _violation(shape, detail)


@cache
def _adapter(shape: Shape) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _violation(shape: Shape, error: ErrorDetails) -> Violation:
    place, value = locate(shape, error["loc"]), error["input"]
    match error["type"]:
        case "missing":
            return Violation("missing", place.field, "", "")
        case "extra_forbidden":
            known = keys(locate(shape, error["loc"][:-1]).shape)
            return Violation("unknown", place.field, shown(value), _suggestion(str(error["loc"][-1]), known))
        case "union_tag_invalid" | "union_tag_not_found":
            return _untold(place, value)
        case "literal_error":
            rule = _one_of(get_args(place.shape))
        case kind if kind in _NAMES:
            rule = _NAMES[kind]
        case _:
            rule = " and ".join(map(str, place.rules)) or error["msg"]
    return Violation("wrong", place.field, shown(value), rule)


def _untold(place: Place, value: object) -> Violation:
    """Say that the member of a union could not be told from its tag."""
    key = next(rule.key for rule in place.rules if isinstance(rule, Tagged))
    field, rule = f"{place.field}.{key}".removeprefix("."), _one_of(tags(place.shape, key))
    if isinstance(value, Mapping) and key in value:
        return Violation("wrong", field, shown(value[key]), rule)
    return Violation("missing", field, "", rule)


def _one_of(choices: Iterable[object]) -> str:
    return "one of " + ", ".join(json.dumps(choice) for choice in choices)


def _suggestion(key: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {close[0]}?" if close else "known are " + ", ".join(sorted(known))


def shown(value: object) -> str:
    """Return a value fit for a log line: short, and what may be a phone number without its first digits."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) > _LONGEST_SHOWN:
        return f"{len(value)} characters long" if isinstance(value, str) else f"{len(text)} bytes of JSON"
    return re.sub(r"[0-9][0-9 ()-]{5,}(?=[0-9]{3})", lambda digits: re.sub(r"[0-9]", "*", digits[0]), text)
