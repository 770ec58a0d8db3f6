"""Put events on the bus again: those of one call or message, or of a stretch of time.

Whoever listens sees the same `detail.id` again. Commands are never carried out again by a replay.
"""

import argparse
import json
from datetime import UTC, datetime

import boto3
from switchboard.envelope import source
from switchboard.timeline.events import Entry

from operate import timeline
from operate.arguments import moment
from operate.command_line import WELL, Command, Output, UsageError, takes_json, takes_stage
from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.stack import Stack

_ENTRIES_PER_CALL = 10


def call(stack: Stack, subject: str) -> int:
    """Put the events of one call or message on the bus again, oldest first; how many they are.

    Raises:
        OperatorError: Nothing is known of it, or AWS refused.
    """
    entries = [_entry(stack, event) for event in timeline.read(stack, subject)]
    client = boto3.client("events")
    with asking_aws_to("put events on the bus"):
        for start in range(0, len(entries), _ENTRIES_PER_CALL):
            reply = client.put_events(Entries=entries[start : start + _ENTRIES_PER_CALL])  # type: ignore[arg-type]
            if reply["FailedEntryCount"]:
                raise OperatorError("The bus did not take every event.", "Run the same command again.")
    return len(entries)


def stretch(stack: Stack, begin: datetime, end: datetime) -> str:
    """Start a replay of the archive from `begin` to `end`; its name.

    Raises:
        OperatorError: The stack keeps no archive, or AWS refused.
    """
    name = f"{stack.name[:40]}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    client = boto3.client("events")
    with asking_aws_to("start a replay"):
        archive = client.describe_archive(ArchiveName=stack.id_of("EventArchive"))
        client.start_replay(
            ReplayName=name,
            EventSourceArn=archive["ArchiveArn"],
            EventStartTime=begin,
            EventEndTime=end,
            Destination={"Arn": archive["EventSourceArn"]},
        )
    return name


def _entry(stack: Stack, event: Entry) -> dict[str, str]:
    detail = {
        "id": event["id"],
        "name": event["name"],
        "received_at": datetime.fromisoformat(event["at"]).timestamp(),
        "subject": event["subject"],
        "payload": event["payload"],
    }
    return {
        "EventBusName": stack.id_of("EventBus"),
        "Source": source(event["name"]),
        "DetailType": event["name"],
        "Detail": json.dumps(detail),
    }


def _options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    parser.add_argument("--call", metavar="ID", default="", help="all events of this call or message")
    parser.add_argument(
        "--from", dest="begin", metavar="TIME", type=moment, help="with --to: a stretch of time, UTC"
    )
    parser.add_argument("--to", dest="end", metavar="TIME", type=moment, help="up to this time (UTC)")
    takes_json(parser)


def _replay(out: Output, given: argparse.Namespace) -> int:
    stack = Stack.of_stage(given.env)
    if given.call:
        count = call(stack, given.call)
        sentence = f"{count} events of {given.call} are on the bus again."
        out.tell(sentence, {"call": given.call, "events": count})
        return WELL
    if not (given.begin and given.end):
        raise UsageError("give --call, or both --from and --to")
    if given.begin >= given.end:
        raise UsageError(f"--from {given.begin:%FT%R} isn't before --to {given.end:%FT%R}")
    name = stretch(stack, given.begin, given.end)
    sentence = f"The replay {name} has begun: aws events describe-replay --replay-name {name}"
    out.tell(sentence, {"replay": name})
    return WELL


COMMAND = Command(
    "Put events on the bus again: of a call, or of a stretch of time",
    _replay,
    (
        "make replay CALL=CON-…",
        "make replay FROM=2026-11-23T08:00 TO=2026-11-23T09:00",
        "python -m operate replay --call CON-…",
    ),
    _options,
)
