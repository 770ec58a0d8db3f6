"""Say in words where a value breaks a type: the field, the value and the rule.

This is the one place that reads pydantic's errors. Whoever has to tell somebody about them words `Violation`.
"""

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from switchboard.wire.shapes import Place, Shape, keys, locate, tags
from switchboard.wire.typed import Characters, Constraint, Doubt, HandedOn, Items, Open, Tagged, Usual

_LONGEST_SHOWN = 60
_TYPES = {
    "string": "a text",
    "string_unicode": "a text without half a character",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "dict": "an object",
    "dataclass": "an object",
    "model": "an object",
    "model_attributes": "an object",
}


class Violation(NamedTuple):
    """One thing wrong with a value.

    Attributes:
        kind: the field is `missing`, `unknown` or `wrong`; or a rule is `broken` that takes a sentence.
        field: its path, such as `dtmf.maxDigits` or `endpoint[0].number`; empty for the value as a whole.
        value: what was there; it may be private, `str` of the violation shows it shortened and masked.
        rule: what must hold, such as `from 1 to 20`; of what is `broken`, the whole sentence.
        choices: the values to choose from, if they can be listed; of an unknown field, the known ones.
        limits: what holds of the field besides its type; for a value of the wrong type it is not in `rule`.
        doubt: why it isn't certain that Vonage refuses it; empty when it is. Of an unknown field it never is.
    """

    kind: Literal["missing", "unknown", "wrong", "broken"]
    field: str
    value: object = None
    rule: str = ""
    choices: Sequence[Any] = ()
    limits: str = ""
    doubt: Doubt | Literal[""] = ""

    @property
    def is_doubtful(self) -> bool:
        """Whether Vonage may take it all the same, as far as anybody knows."""
        return self.kind == "unknown" or bool(self.doubt)

    def __str__(self) -> str:
        must = "should" if self.doubt else "must"
        match self.kind:
            case "missing":
                return f"{self.field} is missing" + (f"; it {must} be {self.rule}" if self.rule else "")
            case "unknown":
                return (
                    f"{self.field} is not a field; {_suggestion(self.field.rpartition('.')[2], self.choices)}"
                )
            case "broken":
                return self.rule
            case _:
                return f"{self.field or 'it'} is {shown(self.value)}; it {must} be {self.rule}"


def violations(shape: Shape, value: object, *, strict: bool) -> list[Violation]:
    """What is wrong with a value; `strict` refuses unknown keys, and texts for numbers, too."""
    try:
        _adapter(shape).validate_python(value, strict=strict, extra="forbid" if strict else "allow")
    except ValidationError as error:
        return violations_in(error, shape)
    return []


def violations_in(error: ValidationError, shape: Shape) -> list[Violation]:
    """What pydantic found wrong with a value as this shape: a wire type, a dataclass or a model."""
    return [_graded(shape, detail) for detail in error.errors(include_url=False)]


@cache
def _adapter(shape: Shape) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _graded(shape: Shape, error: ErrorDetails) -> Violation:
    """A violation; inside what Vonage hands on as it is, a doubtful one."""
    violation = _violation(shape, error)
    path = error["loc"]
    depth = len(path) + error["type"].startswith("union_tag")  # such an error is about what is inside
    rules = [rule for length in range(depth) for rule in locate(shape, path[:length]).rules]
    if not violation.is_doubtful and any(isinstance(rule, HandedOn) for rule in rules):
        return violation._replace(doubt="handed on")
    return violation


def _violation(shape: Shape, error: ErrorDetails) -> Violation:
    place, value = locate(shape, error["loc"]), error["input"]
    limits = " and ".join(_words(rule, value) for rule in _broken(place, error["type"]))
    match error["type"]:
        case "missing":
            return Violation("missing", place.field)
        case "extra_forbidden" | "unexpected_keyword_argument":
            known = keys(locate(shape, error["loc"][:-1]).shape)
            return Violation("unknown", place.field, value, choices=list(known))
        case "union_tag_invalid" | "union_tag_not_found":
            return _untold(place, value)
        case "literal_error":
            choices = get_args(place.shape)
            return Violation(
                "wrong", place.field, value, _one_of(choices), choices, doubt=_doubt(place, value)
            )
        case "value_error":
            return Violation("broken", place.field, value, str(error["ctx"]["error"]))
        case "invalid_key":
            return Violation("wrong", place.field, value, "a key that is a text")
    wanted_type = _TYPES.get(re.sub("_(type|parsing|from_float)$", "", error["type"]))
    if wanted_type:
        return Violation("wrong", place.field, value, wanted_type, limits=limits)
    if limits:
        return Violation("wrong", place.field, value, limits, limits=limits, doubt=_doubt(place, value))
    return Violation("broken", place.field, value, error["msg"][:1].lower() + error["msg"][1:])


def _broken(place: Place, error: str) -> list[Constraint]:
    """The constraints on a place that an error of pydantic's can be about."""
    about_length = error.endswith(("too_short", "too_long"))
    rules = [rule for rule in place.rules if not isinstance(rule, Tagged | Open | HandedOn)]
    return [rule for rule in rules if isinstance(rule, Characters | Items) == about_length]


def _words(rule: Constraint, value: object) -> str:
    if isinstance(rule, Usual):
        return str(rule.possible if rule.is_broken_for_sure(value) else rule.usual)
    return str(rule)


def _doubt(place: Place, value: object) -> Doubt | Literal[""]:
    """Why it isn't certain that Vonage refuses a value that breaks the rules of its place."""
    for rule in place.rules:
        if isinstance(rule, Open) and rule.may_be_new(value):
            return "new value"
        if isinstance(rule, Usual) and not rule.is_broken_for_sure(value):
            return rule.doubt
    return ""


def _untold(place: Place, value: object) -> Violation:
    """Say that the member of a union could not be told from its tag."""
    key = next(rule.key for rule in place.rules if isinstance(rule, Tagged))
    field, choices = f"{place.field}.{key}".removeprefix("."), list(tags(place.shape, key))
    if isinstance(value, Mapping) and key in value:
        tag = value[key]
        return Violation("wrong", field, tag, _one_of(choices), choices, doubt=_doubt(place, tag))
    return Violation("missing", field, rule=_one_of(choices), choices=choices)


def _one_of(choices: Iterable[object]) -> str:
    return "one of " + ", ".join(json.dumps(choice) for choice in choices)


def _suggestion(key: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {close[0]}?" if close else "known are " + ", ".join(sorted(known))


def shown(value: object) -> str:
    """A value fit for a log line: short, and what may be a phone number without its first digits."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) > _LONGEST_SHOWN:
        return f"{len(value)} characters long" if isinstance(value, str) else f"{len(text)} bytes of JSON"
    return re.sub(r"[0-9][0-9 ()-]{5,}(?=[0-9]{3})", lambda digits: re.sub(r"[0-9]", "*", digits[0]), text)
