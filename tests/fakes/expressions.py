"""DynamoDB's expressions, as far as the stack's own functions write them.

Source: Amazon DynamoDB Developer Guide, "Condition and filter expressions", "Update expressions": an
attribute that isn't there makes a comparison false; ADD begins at 0 or with an empty set; a set that loses
its last member is no attribute any more.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

Json = dict[str, Any]


def _has(found: Json | None, given: Json) -> bool:
    return found is not None and given["S"] in next(iter(found.values()))


CLAUSES: dict[str, Callable[..., bool]] = {
    r"attribute_not_exists\((\w+)\)": lambda found: found is None,
    r"attribute_exists\((\w+)\)": lambda found: found is not None,
    r"NOT contains\((\w+), (:\w+)\)": lambda found, given: not _has(found, given),
    r"contains\((\w+), (:\w+)\)": _has,
    r"(\w+) BETWEEN (:\w+) AND (:\w+)": lambda found, low, high: bool(
        found and _order(low) <= _order(found) <= _order(high)
    ),
    r"(\w+) <> (:\w+)": lambda found, given: found != given,
    r"(\w+) = (:\w+)": lambda found, given: found == given,
    r"(\w+) < (:\w+)": lambda found, given: bool(found and _order(found) < _order(given)),
    r"(\w+) <= (:\w+)": lambda found, given: bool(found and _order(found) <= _order(given)),
    r"(\w+) > (:\w+)": lambda found, given: bool(found and _order(found) > _order(given)),
}


def holds(condition: str, values: Json, item: Json) -> bool:
    """Whether a condition of clauses joined by OR, or by AND, is true of an item."""
    alternatives = condition.split(" OR ")
    return any(_all(alternative, values, item) for alternative in alternatives)


def _all(condition: str, values: Json, item: Json) -> bool:
    clauses = re.split(r" AND (?!:)", condition)
    verdicts = [_is_true(clause, values, item) for clause in clauses]  # each, since one may be unknown
    return all(verdicts)


def _is_true(clause: str, values: Json, item: Json) -> bool:
    for pattern, says in CLAUSES.items():
        if match := re.fullmatch(pattern, clause):
            name, *given = match.groups()
            return says(item.get(name), *(values[each] for each in given))
    raise AssertionError(f"the fake doesn't know the condition {clause!r}")


def updated(expression: str, values: Json, item: Json) -> Json:
    """An item after SET, REMOVE, ADD or DELETE, or several of them."""
    result = dict(item)
    _, *parts = re.split(r"\b(SET|REMOVE|ADD|DELETE) ", expression)
    for verb, changes in zip(parts[::2], parts[1::2], strict=True):
        for change in changes.strip().split(", "):
            _change(verb, change, values, item, result)
    return result


def _change(verb: str, change: str, values: Json, item: Json, result: Json) -> None:
    match verb:
        case "SET":
            name, _, value = change.partition(" = ")
            names, last = _place(result, name)
            names[last] = _term(value, values, item)
        case "REMOVE":
            names, last = _place(result, change)
            names.pop(last, None)
        case "ADD":
            name, value = change.split(" ")
            result[name] = _added(item.get(name), values[value])
        case _:
            name, value = change.split(" ")
            kind, gone = next(iter(values[value].items()))
            left = [each for each in item.get(name, {}).get(kind, []) if each not in gone]
            result.pop(name, None)
            if left:
                result[name] = {kind: left}


def _place(result: Json, path: str) -> tuple[Json, str]:
    """Where an attribute is, which may be in a map that there has to be."""
    *maps, last = path.split(".")
    for name in maps:
        result[name] = {"M": dict(result[name]["M"])}
        result = result[name]["M"]
    return result, last


def _term(term: str, values: Json, item: Json) -> Json:
    if match := re.fullmatch(r"(\w+) \+ (:\w+)", term):
        return _added(item[match[1]], values[match[2]])
    if match := re.fullmatch(r"if_not_exists\((\w+), (:\w+)\)", term):
        return dict(item[match[1]] if match[1] in item else values[match[2]])
    return dict(values[term])


def _added(found: Json | None, more: Json) -> Json:
    if "N" in more:
        return {"N": str(Decimal(found["N"] if found else 0) + Decimal(more["N"]))}
    kind = next(iter(more))
    return {kind: sorted({*(found[kind] if found else ()), *more[kind]})}


def _order(value: Json) -> Decimal:
    return Decimal(value["N"])
