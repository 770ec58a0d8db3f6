"""pydantic's findings in an operator's words: which property, what is wrong, what is allowed."""

import difflib
import typing
from collections.abc import Iterable

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

MOST_SHOWN = 6


def explain(error: ValidationError, kind: type[BaseModel]) -> str:
    """One sentence for each wrong property, the first few of them."""
    found = error.errors(include_url=False)
    lines = [_sentence(detail, kind) for detail in found[:MOST_SHOWN]]
    if len(found) > MOST_SHOWN:
        lines.append(f"And {len(found) - MOST_SHOWN} more.")
    return "Invalid properties. " + " ".join(lines)


def _sentence(detail: ErrorDetails, kind: type[BaseModel]) -> str:
    path = ".".join(str(part) for part in detail["loc"])
    context = detail.get("ctx") or {}
    match detail["type"]:
        case "extra_forbidden":
            return _unknown(detail, kind)
        case "missing":
            return f"{path} is required."
        case "greater_than_equal" | "less_than_equal":
            return f"{path} is {detail['input']!r}; {_range(detail, kind)}"
        case "literal_error":
            return f"{path} is {_shown(detail['input'])}; allowed: {context.get('expected', '')}."
        case "bool_type":
            return f"{path} is {_shown(detail['input'])}; allowed: true, false."
        case "int_type":
            return f"{path} is {_shown(detail['input'])}; {_range(detail, kind)}"
        case "string_pattern_mismatch":
            return f"{path} is {_shown(detail['input'])}; {_wanted_text(path)}."
        case "value_error":
            return f"{path}: {context.get('error', detail['msg'])}."
        case _:
            return f"{path}: {detail['msg'][:1].lower()}{detail['msg'][1:]}."


def _unknown(detail: ErrorDetails, kind: type[BaseModel]) -> str:
    *parents, name = [str(part) for part in detail["loc"]]
    allowed = sorted(_model_at(kind, parents).model_fields)
    close = difflib.get_close_matches(name, allowed, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    listed = ", ".join(allowed) if allowed else "none, write {}"
    return f"{'.'.join([*parents, name])} is not a property.{hint} Allowed: {listed}."


def _range(detail: ErrorDetails, kind: type[BaseModel]) -> str:
    """The allowed range of a whole number, read from its declaration."""
    *parents, name = [str(part) for part in detail["loc"]]
    schema = _model_at(kind, parents).model_json_schema()["properties"][name]
    number: dict[str, int] = next(
        (part for part in schema.get("anyOf", [schema]) if part.get("type") == "integer"), {}
    )
    if "minimum" not in number:
        return "allowed: a whole number."
    return f"allowed: {number['minimum']} to {number['maximum']}."


def _wanted_text(path: str) -> str:
    if path.endswith("address"):
        return "allowed: a URL that starts with https:// or http://"
    if path.endswith("ApplicationId"):
        return "allowed: an application's id, a UUID"
    return "allowed: text without spaces at its ends"


def _shown(value: object) -> str:
    return (
        repr(value) if isinstance(value, str | int | float | bool) and len(repr(value)) <= 80 else "not that"
    )


def _model_at(kind: type[BaseModel], parents: Iterable[str]) -> type[BaseModel]:
    """The model that a path leads to, through optional fields."""
    for name in parents:
        field = kind.model_fields.get(name)
        options = [field.annotation, *typing.get_args(field.annotation)] if field else []
        models = [option for option in options if isinstance(option, type) and issubclass(option, BaseModel)]
        if not models:
            return kind
        kind = models[0]
    return kind
