"""What a stack keeps of dialogs, for whoever asks what is known of a call or a person, and wants it gone."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
from switchboard.dialogs.chats.item import key_of
from switchboard.dialogs.chats.words import is_of_a_chat
from switchboard.dialogs.history import History, Recorded, from_words
from switchboard.timeline.events import Entry

from operate.kept.numbers import whole
from operate.stack import Stack

Item = dict[str, Any]

TABLE = "DialogTable"


def steps(stack: Stack, subject: str, events: Iterable[Entry] = ()) -> list[dict[str, object]]:
    """The steps of a call's dialog, or of a chat by the message that it began with, oldest first.

    Args:
        stack: The stack whose dialogs they are.
        subject: A `conversation_uuid` or `message_uuid`.
        events: What happened to it.

    Returns:
        None where there is no dialog, or none any more.
    """
    if not stack.has(TABLE):
        return []
    first = next((event["payload"] for event in events if event["name"] == "messages.inbound"), None)
    is_chat = first is not None and is_of_a_chat(first)
    key = {"id": {"S": key_of(first) if first and is_chat else subject}}
    found: Item = boto3.client("dynamodb").get_item(TableName=stack.id_of(TABLE), Key=key).get("Item", {})
    return list(_told(_chat(found, subject) if is_chat else History(found, from_words).recorded))


def _chat(item: Item, message_uuid: str) -> list[Recorded]:
    """What is recorded of the chat that a message began, be it this one or an earlier one."""
    now = History(item)
    chats = json.loads(item["earlier"]["S"]) if "earlier" in item else []
    chats.append({"begun": now.begun or {}, "recorded": now.recorded})
    begun = [chat["recorded"] for chat in chats if chat["begun"].get("message_uuid") == message_uuid]
    return begun[0] if begun else []


def _told(recorded: list[Recorded]) -> Iterator[dict[str, object]]:
    for index, (kind, result, at) in enumerate(recorded):
        moment = (
            datetime.fromtimestamp(float(at), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
        yield {"step": index, "kind": kind, "result": result, "at": moment}


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
    theirs = whole(number)
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    keys = [
        {"id": item["id"]}
        for page in pages
        for item in page["Items"]
        if item["id"]["S"] in subjects or any(theirs.search(value.get("S", "")) for value in item.values())
    ]
    for key in keys if confirmed else ():
        client.delete_item(TableName=table, Key=key)
    return len(keys)
