"""The stack's DynamoDB table, for the timeline and for commands: keys `pk` and `sk`, items that expire."""

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from switchboard.settings import required

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]


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
