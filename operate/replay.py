"""Put events on the bus again: those of one call or message, or of a stretch of time.

Whoever listens sees the same `detail.id` again. Commands are never carried out again by a replay.
"""

import argparse
import os
from datetime import UTC, datetime

import boto3
from switchboard.aws import bus
from switchboard.envelope import Envelope
from switchboard.timeline.events import Entry

from operate.arguments import moment
from operate.command_line import WELL, Command, Output, UsageError, takes_json, takes_stage
from operate.errors import OperatorError
from operate.kept import timeline
from operate.refusals import asking_aws_to
from operate.stack import Stack
from operate.stages import here


def call(stack: Stack, subject: str) -> int:
    """Put the events of one call or message on the bus again, oldest first; how many they are.

    Raises:
        OperatorError: Nothing is known of it, or AWS refused.
    """
    events = timeline.read(stack, subject)
    os.environ["SWITCHBOARD_BUS_NAME"] = stack.id_of("EventBus")
    refused = [error for error in bus.publish([_envelope(event) for event in events]) if error]
    if refused:
        raise OperatorError(
            f"The bus did not take {len(refused)} of {len(events)} events: {', '.join({*refused})}.",
            "If you may put events on the bus (events:PutEvents), run the same command again: "
            "each event keeps its id.",
        )
    return len(events)


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


def _envelope(event: Entry) -> Envelope:
    return {
        "id": event["id"],
        "name": event["name"],
        "received_at": datetime.fromisoformat(event["at"]).timestamp(),
        "subject": event["subject"],
        "payload": event["payload"],
    }


def _options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    parser.add_argument("--call", metavar="ID", default="", help="all events of this call or message")
    parser.add_argument("--from", dest="begin", metavar="TIME", type=moment, help="with --to: a period, UTC")
    parser.add_argument("--to", dest="end", metavar="TIME", type=moment, help="up to this time (UTC)")
    takes_json(parser)


def _replay(out: Output, given: argparse.Namespace) -> int:
    _refuse_unclear(given)
    stack = Stack.of_stage(given.env)
    if given.call:
        count = call(stack, given.call)
        sentence = f"{count} events of {given.call} are on the bus again."
        out.tell(sentence, {"call": given.call, "events": count})
        return WELL
    here.refuse(
        given.env,
        "The embedded AWS keeps no archive of events, so there is no period to replay.",
        "Replay a call or a message, from its timeline: make replay CALL=CON-… ENV=local",
    )
    name = stretch(stack, given.begin, given.end)
    sentence = f"The replay {name} has begun: aws events describe-replay --replay-name {name}"
    out.tell(sentence, {"replay": name})
    return WELL


def _refuse_unclear(given: argparse.Namespace) -> None:
    times = [time for time in (given.begin, given.end) if time]
    if given.call and times:
        raise UsageError("give --call, or --from and --to, not both")
    if not given.call and len(times) != 2:
        raise UsageError("give --call, or both --from and --to")
    if times and given.begin >= given.end:
        raise UsageError(f"--from {given.begin:%FT%R} isn't before --to {given.end:%FT%R}")


COMMAND = Command(
    "Put events on the bus again: of a call, or of a period",
    _replay,
    (
        "make replay CALL=CON-…",
        "make replay FROM=2026-11-23T08:00 TO=2026-11-23T09:00",
        "python -m operate replay --call CON-…",
    ),
    _options,
)
