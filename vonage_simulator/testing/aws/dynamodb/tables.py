"""DynamoDB in process, for functions that remember something: everyday requests; others are refused.

A table has the keys that the test gives it.

Source: AWS, DynamoDB API reference: PutItem, GetItem, DeleteItem, UpdateItem, Query, Scan.
"""

from collections.abc import Callable, Mapping

from vonage_simulator.testing.aws.dynamodb.expressions import Item, TableError, holds, order, unknown, updated
from vonage_simulator.types import Json, JsonValue

# Source: DynamoDB Developer Guide, "Quotas": names included. Its own formula counts a little less.
LONGEST_ITEM = 400 * 1024
BEYOND = {"IndexName", "FilterExpression", "ProjectionExpression", "ExclusiveStartKey"}


class Tables:
    """Tables by name.

    Args:
        keys: each table's partition key, and its sort key if it has one: `{"visits": ("number",)}`.

    Attributes:
        items: of each table, as DynamoDB writes them (`{"number": {"S": "447700900123"}}`), by their keys.
    """

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        self._keys = keys
        self.items: dict[str, dict[tuple[str, ...], Item]] = {name: {} for name in keys}

    def answer(self, action: str, asked: Json) -> Json:
        """The reply to a request, by the name of its action.

        Raises:
            TableError: DynamoDB would refuse it, or this doesn't know how to do it.
        """
        known: dict[str, Callable[[Json], Json]] = {
            "PutItem": self._put,
            "GetItem": self._get,
            "DeleteItem": self._delete,
            "UpdateItem": self._update,
            "Query": self._query,
            "Scan": self._scan,
        }
        if action not in known:
            raise unknown(action)
        if asked["TableName"] not in self._keys:
            table, key = asked["TableName"], next(iter(asked.get("Key", {})), "id")
            hint = f'name it and its keys in the fixture `tables`: {{"{table}": ("{key}",)}}'
            raise TableError("ResourceNotFoundException", f"there is no table {table}: {hint}")
        return known[action](asked)

    def _place(self, asked: Json, item: Item) -> tuple[dict[tuple[str, ...], Item], tuple[str, ...]]:
        """A table's items, and the key of one of them."""
        names = self._keys[asked["TableName"]]
        if missing := [name for name in names if name not in item]:
            raise TableError("ValidationException", f"one of the keys is missing: {', '.join(missing)}")
        if empty := [name for name in names if item[name] == {"S": ""}]:
            raise TableError("ValidationException", f"a key is empty: {', '.join(empty)}")
        return self.items[asked["TableName"]], tuple(str(item[name]) for name in names)

    def _put(self, asked: Json) -> Json:
        items, key = self._place(asked, asked["Item"])
        before = items.get(key)
        _check(asked, before)
        items[key] = _within_size(asked["Item"])
        return {"Attributes": before} if before and asked.get("ReturnValues") == "ALL_OLD" else {}

    def _get(self, asked: Json) -> Json:
        items, key = self._place(asked, asked["Key"])
        return {"Item": items[key]} if key in items else {}

    def _delete(self, asked: Json) -> Json:
        items, key = self._place(asked, asked["Key"])
        before = items.get(key)
        _check(asked, before)
        items.pop(key, None)
        return {"Attributes": before} if before and asked.get("ReturnValues") == "ALL_OLD" else {}

    def _update(self, asked: Json) -> Json:
        items, key = self._place(asked, asked["Key"])
        before = items.get(key)
        _check(asked, before)
        after, written = updated(asked, {**(before or {}), **asked["Key"]})
        items[key] = _within_size(after)
        match asked.get("ReturnValues", "NONE"):
            case "NONE":
                return {}
            case "ALL_OLD":
                return {"Attributes": before or {}}
            case "ALL_NEW":
                return {"Attributes": after}
            case "UPDATED_NEW":
                return {"Attributes": {name: after[name] for name in written & after.keys()}}
            case other:
                raise unknown(f"ReturnValues {other}")

    def _query(self, asked: Json) -> Json:
        if beyond := BEYOND & asked.keys():
            raise unknown(f"Query with {', '.join(sorted(beyond))}")
        holds(asked["KeyConditionExpression"], asked, {})  # an empty table refuses what is unknown, too
        found = [
            item
            for item in self.items[asked["TableName"]].values()
            if holds(asked["KeyConditionExpression"], asked, item)
        ]
        _, *sort = self._keys[asked["TableName"]]
        for name in sort:
            found.sort(key=lambda item: order(item[name]), reverse=not asked.get("ScanIndexForward", True))
        found = found[: asked.get("Limit")]
        return {"Items": found, "Count": len(found), "ScannedCount": len(found)}

    def _scan(self, asked: Json) -> Json:
        if beyond := BEYOND & asked.keys():
            raise unknown(f"Scan with {', '.join(sorted(beyond))}")
        found = list(self.items[asked["TableName"]].values())[: asked.get("Limit")]
        return {"Items": found, "Count": len(found), "ScannedCount": len(found)}


def _check(asked: Json, item: Item | None) -> None:
    condition = asked.get("ConditionExpression")
    if condition and not holds(condition, asked, item or {}):
        told = (
            {"Item": item} if item and asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else {}
        )
        raise TableError("ConditionalCheckFailedException", "The conditional request failed", **told)


def _within_size(item: Item) -> Item:
    if _bytes(item) > LONGEST_ITEM:
        raise TableError("ValidationException", "Item size has exceeded the maximum allowed size")
    return item


def _bytes(value: JsonValue) -> int:
    match value:
        case str():
            return len(value.encode())
        case dict():
            return sum(len(name.encode()) + _bytes(each) for name, each in value.items())
        case list():
            return sum(map(_bytes, value))
    return 1
