"""A DynamoDB table of the user's with a partition key: items as dictionaries, read and written by their keys.

For more than that, such as queries and conditions, there is boto3, which costs the first caller 0.4 s.

Source: AWS, DynamoDB API reference: GetItem, PutItem, DeleteItem, AttributeValue (a number has up to 38
digits and travels as a text).
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from switchboard.aws.signed import Service
from switchboard.errors import AwsError

_TIMEOUT_S = 1.5
_CANNOT_BE_USED = ("AccessDeniedException", "ResourceNotFoundException")
_REMEDY = "`make table NAME=… FLOWS=…` makes one, and lets flows use it from the next deployment on."

Item = dict[str, Any]


class Table(NamedTuple):
    """A table, by the name that AWS has for it.

    Attributes:
        name: such as a setting says it.
        key: the attribute that is its partition key, a text.
    """

    name: str
    key: str = "id"

    def get(self, value: str) -> Item | None:
        """The item with this key, as it was last written; None when there is none, as of a withheld number.

        Raises:
            AwsError: DynamoDB refused, or didn't answer.
        """
        if not value:  # which no key can be: DynamoDB refuses the question
            return None
        found = self._call("GetItem", Key={self.key: {"S": value}}, ConsistentRead=True).get("Item")
        return {name: _plain(each) for name, each in found.items()} if found else None

    def put(self, item: Mapping[str, Any]) -> None:
        """Write an item, in place of the one with its key.

        Args:
            item: texts, numbers, truth values, None, bytes, and lists and dictionaries of these.

        Raises:
            AwsError: DynamoDB refused, or didn't answer.
            TypeError: something in it is none of these.
        """
        self._call("PutItem", Item={name: _typed(value) for name, value in item.items()})

    def delete(self, value: str) -> None:
        """Delete the item with this key, if there is one.

        Raises:
            AwsError: DynamoDB refused, or didn't answer.
        """
        self._call("DeleteItem", Key={self.key: {"S": value}})

    def _call(self, action: str, **asked: object) -> dict[str, Any]:
        try:
            return _dynamodb.call(action, {"TableName": self.name, **asked}, timeout_s=_TIMEOUT_S)
        except AwsError as error:
            if error.code in _CANNOT_BE_USED:
                said = f"{error} of the table {self.name} ({error.message[:400]})"
                error.args = (f"{said}. {_REMEDY}",)
            raise


def table(name: str, key: str = "id") -> Table:
    """A table that `make table` made, by the name that the settings have for it.

    callers = table(settings(Mine).callers_table)
    known = callers.get(caller(call))
    """
    return Table(name, key)


def _typed(value: object) -> dict[str, Any]:
    """A value as DynamoDB writes it."""
    match value:
        case bool():
            return {"BOOL": value}
        case None:
            return {"NULL": True}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case float() if math.isfinite(value):
            return {"N": repr(value)}
        case bytes():
            import base64

            return {"B": base64.b64encode(value).decode()}
        case list() | tuple():
            return {"L": [_typed(each) for each in value]}
        case Mapping():
            return {"M": {name: _typed(each) for name, each in value.items()}}
    if type(value).__name__ == "Decimal":  # what `get` gives
        return {"N": str(value)}
    raise TypeError(f"A table takes no {type(value).__name__}: {value!r}")


def _plain(attribute: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever was written
    """What DynamoDB wrote, as Python has it: a whole number as `int`, another one as `Decimal`."""
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return _number(value)
        case "NULL":
            return None
        case "B":
            import base64

            return base64.b64decode(value)
        case "L":
            return [_plain(each) for each in value]
        case "M":
            return {name: _plain(each) for name, each in value.items()}
        case "SS":
            return set(value)
        case "NS":
            return set(map(_number, value))
    return value


def _number(text: str) -> Any:  # noqa: ANN401 - int or Decimal, which is loaded when there is one
    if text.lstrip("-").isdecimal():
        return int(text)
    from decimal import Decimal

    return Decimal(text)


_dynamodb = Service("dynamodb", "DynamoDB_20120810", "1.0", "AWS_ENDPOINT_URL_DYNAMODB")
