"""The stack's DynamoDB table, for the timeline and for commands: keys `pk` and `sk`, items that expire."""

import functools
import random
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from switchboard.environment import required
from switchboard.errors import AwsError
from switchboard.telemetry import kind

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]

# Of a transaction that another one got in the way of.
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


def get(pk: str, sk: str) -> Item | None:
    """An item as it was last written, if there is one."""
    keys: Item = {"pk": {"S": pk}, "sk": {"S": sk}}
    return (
        client()
        .get_item(TableName=required("SWITCHBOARD_TABLE_NAME"), Key=keys, ConsistentRead=True)
        .get("Item")
    )


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
    from botocore.exceptions import BotoCoreError, ClientError

    if number > limit:
        return False
    for attempt in range(_MOST_ATTEMPTS):
        try:
            client().transact_write_items(TransactItems=_counting(counter, number, limit, once))
        except client().exceptions.TransactionCanceledException as cancelled:
            codes = [reason.get("Code") for reason in cancelled.response["CancellationReasons"]]
            if "ConditionalCheckFailed" in codes:
                return codes[0] == "ConditionalCheckFailed"
        except (BotoCoreError, ClientError) as error:
            raise AwsError("TransactWriteItems", kind(error), retryable=True) from error
        else:
            return True
        time.sleep(random.uniform(0, _LONGEST_PAUSE_S) * 2**attempt)  # noqa: S311 - somebody counts, too
    raise AwsError("TransactWriteItems", "TransactionCanceledException", retryable=True)


def _counting(counter: Item, number: int, limit: int, once: Item) -> list[Any]:
    keys = {name: counter[name] for name in ("pk", "sk")}
    others = {name: value for name, value in counter.items() if name not in keys}
    table = required("SWITCHBOARD_TABLE_NAME")
    mark = {"TableName": table, "Item": once, "ConditionExpression": "attribute_not_exists(pk)"}
    add = {
        "TableName": table,
        "Key": keys,
        "UpdateExpression": f"SET {', '.join(f'{name} = :{name}' for name in others)} ADD counted :number",
        "ConditionExpression": "attribute_not_exists(counted) OR counted <= :room",
        "ExpressionAttributeValues": {
            ":number": {"N": str(number)},
            ":room": {"N": str(limit - number)},
            **{f":{name}": value for name, value in others.items()},
        },
    }
    return [{"Put": mark}, {"Update": add}]


def remove(item: Item, attribute: str) -> None:
    """Take one attribute off an item."""
    client().update_item(
        TableName=required("SWITCHBOARD_TABLE_NAME"),
        Key={"pk": item["pk"], "sk": item["sk"]},
        UpdateExpression=f"REMOVE {attribute}",
    )


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
