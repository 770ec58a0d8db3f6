"""The stack's DynamoDB table, for the timeline and for commands: keys `pk` and `sk`, items that expire."""

import functools
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from switchboard.environment import required
from switchboard.errors import AwsError
from switchboard.telemetry import kind

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]

# Of a transaction that another one got in the way of, or of what a busy table left undone.
_MOST_ATTEMPTS = 6
_LONGEST_PAUSE_S = 0.05


def put(item: Item, condition: str | None = None, values: Item | None = None) -> Item | None:
    """Write an item; where the condition does not hold, leave what is there and give that back instead."""
    parameters: dict[str, Any] = {"TableName": required("SWITCHBOARD_TABLE_NAME"), "Item": item}
    if condition:
        parameters |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if values:
        parameters["ExpressionAttributeValues"] = values
    try:
        client().put_item(**parameters)
    except client().exceptions.ConditionalCheckFailedException as exists:
        return cast(Item, cast(dict[str, Any], exists.response).get("Item", {}))
    return None


def get(pk: str, sk: str, *, name: str = "") -> Item | None:
    """An item as it was last written, if there is one; `name` is another table than the stack's own.

    Raises:
        AwsError: nobody knows.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    keys: Item = {"pk": {"S": pk}, "sk": {"S": sk}}
    table = name or required("SWITCHBOARD_TABLE_NAME")
    try:
        return client().get_item(TableName=table, Key=keys, ConsistentRead=True).get("Item")
    except (BotoCoreError, ClientError) as error:
        raise AwsError("GetItem", kind(error), retryable=True) from error


def update(
    pk: str, sk: str, expression: str, condition: str | None, values: Item, *, name: str = ""
) -> tuple[Item, bool]:
    """Change an item's attributes, where the condition holds.

    Args:
        pk: with `sk`, the item's key.
        sk: as above.
        expression: what to change.
        condition: on which; None is on no condition.
        values: those of both, by their names.
        name: of another table than the stack's own.

    Returns:
        The item as it is then, and whether it was changed; without, as it was found.

    Raises:
        AwsError: nobody knows whether it was changed.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    parameters: dict[str, Any] = {
        "TableName": name or required("SWITCHBOARD_TABLE_NAME"),
        "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
        "UpdateExpression": expression,
        "ExpressionAttributeValues": values,
        "ReturnValues": "ALL_NEW",
    }
    if condition:
        parameters |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    try:
        return client().update_item(**parameters)["Attributes"], True
    except client().exceptions.ConditionalCheckFailedException as failed:
        return cast(Item, cast(dict[str, Any], failed.response).get("Item", {})), False
    except (BotoCoreError, ClientError) as error:
        raise AwsError("UpdateItem", kind(error), retryable=True) from error


def get_many(of: Sequence[Item], names: str, *, name: str = "", is_latest: bool = True) -> list[Item]:
    """What there is of up to 100 items, in any order.

    Args:
        of: their `pk` and `sk`, none twice.
        names: the attributes to read, separated by commas; all if it is empty.
        name: of another table than the stack's own.
        is_latest: as they were last written; for half the price they may be a moment older.

    Raises:
        AwsError: nobody knows.

    Source: DynamoDB API reference, BatchGetItem (`UnprocessedKeys`).
    """
    name = name or required("SWITCHBOARD_TABLE_NAME")
    found: list[Item] = []
    which = {"ProjectionExpression": names} if names else {}
    asked: Any = {name: {"Keys": list(of), "ConsistentRead": is_latest, **which}}
    for attempt in range(_MOST_ATTEMPTS):
        with _aws_error("BatchGetItem"):
            reply = client().batch_get_item(RequestItems=asked)
        found += reply["Responses"].get(name, [])
        if not (asked := reply.get("UnprocessedKeys")):
            return found
        _pause(attempt)
    raise AwsError("BatchGetItem", "UnprocessedKeys", retryable=True)


def put_many(items: Sequence[Item]) -> list[str | None]:
    """Write up to 25 items over whatever is there, no place twice.

    Returns:
        For each item the code of what went wrong, `None` for one that is written. One that the table never
        takes fails alone.

    Source: DynamoDB API reference, BatchWriteItem (one that is wrong has all refused; `UnprocessedItems`).
    """
    name, left = required("SWITCHBOARD_TABLE_NAME"), list(items)
    try:
        for attempt in range(_MOST_ATTEMPTS):
            asked: Any = {name: [{"PutRequest": {"Item": item}} for item in left]}
            with _aws_error("BatchWriteItem"):
                reply = client().batch_write_item(RequestItems=asked)
            undone = reply.get("UnprocessedItems", {}).get(name, [])
            places = [keys(each["PutRequest"]["Item"]) for each in undone]
            if not (left := [item for item in left if keys(item) in places]):
                break
            _pause(attempt)
        code = "UnprocessedItems"
    except AwsError as failure:
        if failure.code == "ValidationException" and len(items) > 1:
            return [error for item in items for error in put_many([item])]
        code = failure.code
    return [code if item in left else None for item in items]


def keys(item: Item) -> Item:
    """An item's place in the table."""
    return {name: item[name] for name in ("pk", "sk")}


@contextmanager
def _aws_error(action: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise AwsError(action, kind(error), retryable=True) from error


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, _LONGEST_PAUSE_S) * 2**attempt)  # noqa: S311 - somebody else is at it, too


def count(counter: Item, number: int, limit: int, *, once: Item) -> bool:
    """Add to the attribute `counted` of an item, unless it would then be more than a limit.

    Args:
        counter: the item's keys, and what else is to stand in it.
        number: what is added.
        limit: the most that `counted` may be.
        once: an item that is written with it. Where it exists, this was counted before, and isn't again.

    Returns:
        Whether it is counted, now or before.

    Raises:
        AwsError: nobody knows. Counting again is safe.

    Source: DynamoDB API reference, TransactWriteItems (a reason for each action, in their order).
    """
    if number > limit:
        return False
    for attempt in range(_MOST_ATTEMPTS):
        try:
            with _aws_error("TransactWriteItems"):
                client().transact_write_items(TransactItems=_counting(counter, number, limit, once))
        except AwsError as failure:
            cancelled = failure.__cause__
            if not isinstance(cancelled, client().exceptions.TransactionCanceledException):
                raise
            codes = [reason.get("Code") for reason in cancelled.response["CancellationReasons"]]
            if "ConditionalCheckFailed" in codes:
                return codes[0] == "ConditionalCheckFailed"
        else:
            return True
        _pause(attempt)
    raise AwsError("TransactWriteItems", "TransactionCanceledException", retryable=True)


def _counting(counter: Item, number: int, limit: int, once: Item) -> list[Any]:
    others = {name: value for name, value in counter.items() if name not in ("pk", "sk")}
    table = required("SWITCHBOARD_TABLE_NAME")
    mark = {"TableName": table, "Item": once, "ConditionExpression": "attribute_not_exists(pk)"}
    add = {
        "TableName": table,
        "Key": keys(counter),
        "UpdateExpression": f"SET {', '.join(f'{name} = :{name}' for name in others)} ADD counted :number",
        "ConditionExpression": "attribute_not_exists(counted) OR counted <= :room",
        "ExpressionAttributeValues": {
            ":number": {"N": str(number)},
            ":room": {"N": str(limit - number)},
            **{f":{name}": value for name, value in others.items()},
        },
    }
    return [{"Put": mark}, {"Update": add}]


def query(key: str, value: str, index: str | None = None, *, newest_first: bool = False) -> Iterator[Item]:
    """The items of a partition of the table, or of one of its indexes, in the order of `sk`."""
    parameters: dict[str, Any] = {"IndexName": index} if index else {}
    pages = (
        client()
        .get_paginator("query")
        .paginate(
            TableName=required("SWITCHBOARD_TABLE_NAME"),
            KeyConditionExpression="#key = :value",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues={":value": {"S": value}},
            ScanIndexForward=not newest_first,
            **parameters,
        )
    )
    return (item for page in pages for item in page["Items"])


@functools.cache
def client() -> "DynamoDBClient":
    """The client, made when first needed and kept."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard"})
    return boto3.client("dynamodb", config=config)
