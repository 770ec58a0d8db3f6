"""DynamoDB's expressions, as far as the tables of the test kit know them: everyday conditions and updates.

Source: AWS, Amazon DynamoDB Developer Guide, "Condition and filter expressions", "Update expressions".
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from vonage_simulator.testing.aws.dynamodb.reserved_words import RESERVED
from vonage_simulator.types import Json, JsonValue

Item = dict[str, Json]

NAME = r"([#\w]+)"
CLAUSES: dict[str, Callable[[Any, Any], object]] = {
    rf"attribute_exists\({NAME}\)": lambda found, _: found is not None,
    rf"attribute_not_exists\({NAME}\)": lambda found, _: found is None,
    rf"begins_with\({NAME}, ?(:\w+)\)": lambda found, given: found and found["S"].startswith(given["S"]),
    rf"{NAME} ?= ?(:\w+)": lambda found, given: found == given,
    rf"{NAME} ?<> ?(:\w+)": lambda found, given: found != given,
    rf"{NAME} ?< ?(:\w+)": lambda found, given: found is not None and order(found) < order(given),
    rf"{NAME} ?<= ?(:\w+)": lambda found, given: found is not None and order(found) <= order(given),
    rf"{NAME} ?> ?(:\w+)": lambda found, given: found is not None and order(found) > order(given),
    rf"{NAME} ?>= ?(:\w+)": lambda found, given: found is not None and order(found) >= order(given),
}  # fmt: skip


class TableError(Exception):
    """A request that DynamoDB refuses, or that is more than this knows."""

    def __init__(self, kind: str, message: str, **members: JsonValue) -> None:
        super().__init__(message)
        self.body: Json = {
            "__type": f"com.amazonaws.dynamodb.v20120810#{kind}",
            "message": message,
            **members,
        }


def holds(expression: str, asked: Json, item: Item) -> bool:
    """Whether clauses that are joined by AND are all true of an item."""
    clauses = re.split(r"\s+AND\s+", expression.strip(), flags=re.IGNORECASE)
    verdicts = [_is_true(_bare(clause), asked, item) for clause in clauses]  # each, since one may be unknown
    return all(verdicts)


def _is_true(clause: str, asked: Json, item: Item) -> bool:
    for pattern, says in CLAUSES.items():
        if match := re.fullmatch(pattern, clause):
            name, *values = match.groups()
            given = _value(values[0], asked) if values else {}
            return bool(says(item.get(_name(name, asked)), given))
    raise unknown(f"the condition {clause!r}")


def updated(asked: Json, item: Item) -> tuple[Item, set[str]]:
    """An item after a request's `UpdateExpression`, and the attributes that it wrote."""
    _, *parts = re.split(r"\b(SET|REMOVE|ADD|DELETE)\b", asked.get("UpdateExpression", ""))
    changes = [
        (verb, change.strip())
        for verb, listed in zip(parts[::2], parts[1::2], strict=True)
        for change in re.split(r",(?![^(]*\))", listed)
    ]
    return item, {_change(verb, change, asked, item) for verb, change in changes}


def _change(verb: str, change: str, asked: Json, item: Item) -> str:
    """Change one attribute; gives its name."""
    match verb, *re.split(r"\s*=\s*|\s+", change, maxsplit=1):
        case "SET", written, term:
            name = _name(written, asked)
            item[name] = _term(term, asked, item)
        case "REMOVE", written:
            name = _name(written, asked)
            item.pop(name, None)
        case "ADD", written, value:
            name = _name(written, asked)
            item[name] = _sum(item.get(name, {"N": "0"}), "+", _value(value, asked))
        case _:
            raise unknown(f"the update {verb} {change}")
    return name


def _term(term: str, asked: Json, item: Item) -> Json:
    if match := re.fullmatch(r"(.+?)\s*([+-])\s*(:\w+|[#\w]+)", term):
        left, sign, right = match.groups()
        return _sum(_term(left, asked, item), sign, _term(right, asked, item))
    if match := re.fullmatch(rf"if_not_exists\({NAME}, ?(:\w+)\)", term):
        return item.get(_name(match[1], asked)) or _value(match[2], asked)
    if term.startswith(":"):
        return _value(term, asked)
    if re.fullmatch(NAME, term) and _name(term, asked) in item:
        return item[_name(term, asked)]
    raise unknown(f"the value {term!r}")


def _sum(left: Json, sign: str, right: Json) -> Json:
    if not ("N" in left and "N" in right):
        raise TableError("ValidationException", f"only numbers are added, not {left} and {right}")
    one, other = Decimal(left["N"]), Decimal(right["N"])
    return {"N": str(one + other if sign == "+" else one - other)}


def _bare(clause: str) -> str:
    """A clause without the parentheses that boto3 puts around several."""
    clause = clause.strip().removeprefix("(")
    return clause[:-1] if clause.count(")") > clause.count("(") else clause


def _name(name: str, asked: Json) -> str:
    if name.lower() in RESERVED:
        hint = f"write #{name} and give ExpressionAttributeNames"
        raise TableError("ValidationException", f"{name} is a reserved keyword of DynamoDB: {hint}")
    return str(asked.get("ExpressionAttributeNames", {}).get(name, name))


def _value(name: str, asked: Json) -> Json:
    value: Json = asked["ExpressionAttributeValues"][name]
    return value


def order(value: Json) -> Any:  # noqa: ANN401 - comparable with its like: numbers, texts
    """A value to sort and compare by."""
    return Decimal(value["N"]) if "N" in value else str(next(iter(value.values())))


def unknown(what: str) -> TableError:
    """The refusal of what DynamoDB might do."""
    return TableError("ValidationException", f"the table of the test kit doesn't know {what}")
