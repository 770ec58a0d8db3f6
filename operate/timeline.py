"""The timeline of a call, a message or a person's number, to be exported; and the number, to be erased."""

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import boto3
from switchboard.timeline import events as stored
from switchboard.timeline.events import Entry
from switchboard.timeline.view import state

from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.stack import Stack

_NUMBER = re.compile(r"[0-9]{7,15}")
Key = dict[str, Any]


def read(stack: Stack, subject: str) -> list[Entry]:
    """The events of a call or message, oldest first.

    Raises:
        OperatorError: Nothing is known of it.
    """
    if not subject:
        raise OperatorError(
            "CALL is missing.", "Give a conversation_uuid (CON-…) or message_uuid: CALL=CON-…"
        )
    os.environ["SWITCHBOARD_TABLE_NAME"] = stack.id_of("Timeline")
    with asking_aws_to("read the timeline"):
        events = stored.read(subject)
    if not events:
        raise OperatorError(
            f"Nothing is known of {subject!r}.",
            "Give a conversation_uuid (CON-…) or message_uuid: CALL=…. Timelines expire after TimelineDays.",
        )
    return events


def export(stack: Stack, subject: str) -> str:
    """A timeline as JSON: its state and its events, payloads and all.

    Raises:
        OperatorError: Nothing is known of it.
    """
    return _json(_story(stack, subject))


def export_of(stack: Stack, number: str) -> str:
    """Every timeline that a number occurs in, as a JSON list.

    Raises:
        OperatorError: It is no number, or AWS refused.
    """
    with asking_aws_to("search the timeline"):
        partitions = {key["pk"]["S"] for key in _items_about(stack.id_of("Timeline"), _number(number))}
    kinds = ("CALL#", "MSG#")  # the memory of commands is no timeline
    return _json([_story(stack, pk.partition("#")[2]) for pk in sorted(partitions) if pk.startswith(kinds)])


def erase(stack: Stack, number: str, *, confirmed: bool) -> int:
    """Delete every timeline that a number occurs in, whole; how many items those are.

    A call with the number is about that person throughout: what was said or typed has no number in it.

    Args:
        stack: The stack whose timeline it is.
        number: In international format without `+`.
        confirmed: Whether to delete, or only to count.

    Raises:
        OperatorError: It is no number, or AWS refused.
    """
    with asking_aws_to("search the timeline"):
        keys = list(_items_about(stack.id_of("Timeline"), _number(number)))
        for key in keys if confirmed else ():
            boto3.client("dynamodb").delete_item(TableName=stack.id_of("Timeline"), Key=key)
    return len(keys)


def _story(stack: Stack, subject: str) -> dict[str, object]:
    events = read(stack, subject)
    return {"subject": subject, "state": state(events), "events": events}


def _json(what: object) -> str:
    return json.dumps(what, indent=2, ensure_ascii=False)


def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise OperatorError(
            f"{text!r} is not a number.", "Give 7 to 15 digits without +: NUMBER=447700900111"
        )
    return text


def _items_about(table: str, number: str) -> Iterator[Key]:
    """The keys of every item in a partition in which some item holds the number."""
    whole = re.compile(rf"(?<![0-9]){number}(?![0-9])")
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    keys: dict[str, list[Key]] = {}
    found: set[str] = set()
    for page in pages:
        for item in page["Items"]:
            keys.setdefault(item["pk"]["S"], []).append({"pk": item["pk"], "sk": item["sk"]})
            if any(whole.search(value.get("S", "")) for value in item.values()):
                found.add(item["pk"]["S"])
    for partition in sorted(found):
        yield from keys[partition]
