"""The timeline of a call, a message or a person's number, to be exported; and the number, to be erased."""

import argparse
import json
import os
from typing import Any, NamedTuple

import boto3
from switchboard.errors import AwsError
from switchboard.timeline import events as stored
from switchboard.timeline.events import Entry
from switchboard.timeline.view import state

from operate.arguments import number as phone_number
from operate.command_line import WELL, Command, Output, takes_confirmation, takes_json, takes_stage
from operate.errors import OperatorError
from operate.kept import campaigns, dialogs, people, waiting
from operate.kept.numbers import whole
from operate.refusals import asking_aws_to
from operate.stack import Stack

Key = dict[str, Any]


class Found(NamedTuple):
    """What a table has about a number.

    Attributes:
        keys: of each item in a partition in which some item holds it, those that do last: what was cut off
            finds the partition again.
        commands: the items of those that hold it until their time comes, and are cancelled instead.
    """

    keys: list[Key]
    commands: list[waiting.Item]


def read(stack: Stack, subject: str) -> list[Entry]:
    """The events of a call or message, oldest first.

    Raises:
        OperatorError: Nothing is known of it.
    """
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
    """Every timeline that a number occurs in, as a JSON list, and last what dialogs remember of the person.

    Raises:
        OperatorError: AWS refused.
    """
    with asking_aws_to("search the timeline"):
        partitions = {key["pk"]["S"] for key in _about(stack.id_of("Timeline"), number).keys}
        person = people.remembered(stack, number)
    kinds = ("CALL#", "MSG#", "VERIFY#")  # the memory of commands isn't a timeline
    stories = [_story(stack, pk.partition("#")[2]) for pk in sorted(partitions) if pk.startswith(kinds)]
    return _json([*stories, *([person] if person else [])])


def erase(stack: Stack, number: str, *, confirmed: bool) -> int:
    """Delete every timeline that a number occurs in, whole, its dialogs and what they remember of it.

    A call with the number is about that person throughout: what was said or typed has no number in it. What
    is still to be sent to it is cancelled first: commands that wait, and rows of campaigns, which are erased.

    Args:
        stack: The stack whose timeline it is.
        number: In international format without `+`.
        confirmed: Whether to delete, or only to count.

    Returns:
        How many items and rows those are.

    Raises:
        OperatorError: AWS refused. Done again, it goes on.
    """
    try:
        with asking_aws_to("search the timeline"):
            return _erased(stack, number, confirmed=confirmed)
    except AwsError as error:
        raise OperatorError(f"AWS did not let us erase all of it: {error}", "Do it again.") from error


def _erased(stack: Stack, number: str, *, confirmed: bool) -> int:
    table, client = stack.id_of("Timeline"), boto3.client("dynamodb")
    os.environ["SWITCHBOARD_TABLE_NAME"] = table
    found = _about(table, number)
    for item in found.commands if confirmed else ():
        waiting.cancel(stack, item)
    subjects = {key["pk"]["S"].partition("#")[2] for key in found.keys}
    others = campaigns.erase(stack, number, confirmed=confirmed)
    others += dialogs.erase(stack, number, subjects, confirmed=confirmed)
    others += people.erase(stack, number, confirmed=confirmed)
    for key in found.keys if confirmed else ():
        if not campaigns.forget(key):
            client.delete_item(TableName=table, Key=key)
    return len(found.keys) + len(found.commands) + others


def _story(stack: Stack, subject: str) -> dict[str, object]:
    events = read(stack, subject)
    with asking_aws_to("read the dialogs"):
        steps = dialogs.steps(stack, subject, events)
    story: dict[str, object] = {"subject": subject, "state": state(events), "events": events}
    return {**story, "dialog": steps} if steps else story


def _json(what: object) -> str:
    return json.dumps(what, indent=2, ensure_ascii=False)


def _about(table: str, number: str) -> Found:
    theirs = whole(number)
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    keys: list[tuple[bool, Key]] = []
    commands: list[waiting.Item] = []
    for page in pages:
        for item in page["Items"]:
            if campaigns.is_progress(item):
                continue  # of many people, whatever the campaign is called
            holds_it = {name for name, value in item.items() if theirs.search(value.get("S", ""))}
            if waiting.HELD_IN in holds_it:
                commands.append(item)
                holds_it.remove(waiting.HELD_IN)
            keys.append((bool(holds_it), {"pk": item["pk"], "sk": item["sk"]}))
    partitions = {key["pk"]["S"] for holds_it, key in keys if holds_it}
    keys.sort(key=lambda each: each[0])
    return Found([key for _, key in keys if key["pk"]["S"] in partitions], commands)


def _history_options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    about = parser.add_mutually_exclusive_group(required=True)
    about.add_argument("--call", metavar="ID", help="a conversation_uuid (CON-…) or message_uuid")
    about.add_argument(
        "--number", type=phone_number, help="every timeline in which it occurs; reads the whole table"
    )


def _history(out: Output, given: argparse.Namespace) -> int:
    stack = Stack.of_stage(given.env)
    exported = export_of(stack, given.number) if given.number else export(stack, given.call)
    out.console.out(exported, highlight=False)
    return WELL


def _erase_options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    whose = "in international format without +"
    parser.add_argument("--number", type=phone_number, required=True, help=whose)
    takes_confirmation(parser, "delete; without it they are only counted")
    takes_json(parser)


def _erase(out: Output, given: argparse.Namespace) -> int:
    confirmed: bool = given.confirm
    count = erase(Stack.of_stage(given.env), given.number, confirmed=confirmed)
    sentence = (
        f"{count} items are deleted. Backups of the tables (35 days), the archive, dead-letter queues and "
        "kept media end with their own retention: docs/privacy.md."
        if confirmed
        else f"{count} items would be deleted. To delete them: make erase NUMBER=… CONFIRM=yes"
    )
    out.tell(sentence, {"items": count, "deleted": confirmed})
    return WELL


HISTORY = Command(
    "Print all events of a call, a message or a number as JSON",
    _history,
    ("make history CALL=CON-…", "python -m operate history --number 447700900111"),
    _history_options,
)
ERASE = Command(
    "Delete what is kept of a number, and cancel what is still to be sent to it",
    _erase,
    (
        "make erase NUMBER=447700900111",
        "make erase NUMBER=447700900111 CONFIRM=yes",
        "python -m operate erase --number 447700900111 --confirm",
    ),
    _erase_options,
)
