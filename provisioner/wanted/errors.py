"""Wrong properties in an operator's words: which one, what is wrong, what is allowed."""

import difflib
from collections.abc import Sequence

from pydantic import BaseModel, ValidationError
from switchboard.wire.violations import Violation, violations_in

MOST_SHOWN = 6


def explain(error: ValidationError, kind: type[BaseModel]) -> str:
    """One sentence for each wrong property, the first few of them."""
    found = violations_in(error, kind)
    lines = [_sentence(violation) for violation in found[:MOST_SHOWN]]
    if len(found) > MOST_SHOWN:
        lines.append(f"And {len(found) - MOST_SHOWN} more.")
    return "Invalid properties. " + " ".join(lines)


def _sentence(violation: Violation) -> str:
    match violation.kind:
        case "missing":
            return f"{violation.field} is required."
        case "unknown":
            return _unknown(violation)
        case "broken":
            return f"{violation.field}: {violation.rule}."
    allowed = _either(violation.choices) or violation.limits.removeprefix("from ") or violation.rule
    return f"{violation.field} is {_shown(violation.value)}; allowed: {allowed}."


def _unknown(violation: Violation) -> str:
    allowed = sorted(violation.choices)
    close = difflib.get_close_matches(violation.field.rpartition(".")[2], allowed, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    listed = ", ".join(allowed) if allowed else "none, write {}"
    return f"{violation.field} is not a property.{hint} Allowed: {listed}."


def _either(choices: Sequence[object]) -> str:
    """Choices as `'a', 'b' or 'c'`."""
    return " or ".join(filter(None, [", ".join(map(repr, choices[:-1])), *map(repr, choices[-1:])]))


def _shown(value: object) -> str:
    return (
        repr(value) if isinstance(value, str | int | float | bool) and len(repr(value)) <= 80 else "not that"
    )
