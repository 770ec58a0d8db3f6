"""What a stack keeps of dialogs, for whoever asks what is known of a call or a person, and wants it gone."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3

from operate.stack import Stack

Item = dict[str, Any]

TABLE = "DialogTable"


def steps(stack: Stack, subject: str) -> list[dict[str, object]]:
    """The steps of a call's dialog, oldest first; none where there is no dialog, or none any more."""
    if not stack.has(TABLE):
        return []
    key = {"id": {"S": subject}}
    found = boto3.client("dynamodb").get_item(TableName=stack.id_of(TABLE), Key=key).get("Item", {})
    return list(steps_of(found))


def steps_of(item: Item) -> Iterator[dict[str, object]]:
    """The steps in an item of the table."""
    index = 0
    while f"s{index}" in item:
        kind, result, at = json.loads(item[f"s{index}"]["S"])
        moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        yield {"step": index, "kind": kind, "result": result, "at": moment}
        index += 1


def erase(stack: Stack, number: str, subjects: set[str], *, confirmed: bool) -> int:
    """Delete the dialogs in which a number occurs, and those of these calls; how many those are.

    Args:
        stack: The stack whose dialogs they are.
        number: In international format without `+`.
        subjects: The calls, by their `conversation_uuid`.
        confirmed: Whether to delete, or only to count.
    """
    if not stack.has(TABLE):
        return 0
    table, client = stack.id_of(TABLE), boto3.client("dynamodb")
    whole = re.compile(rf"(?<![0-9]){re.escape(number)}(?![0-9])")
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    keys = [
        {"id": item["id"]}
        for page in pages
        for item in page["Items"]
        if item["id"]["S"] in subjects or any(whole.search(value.get("S", "")) for value in item.values())
    ]
    for key in keys if confirmed else ():
        client.delete_item(TableName=table, Key=key)
    return len(keys)
