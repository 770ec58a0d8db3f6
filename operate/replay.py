"""Put events on the bus again: those of one call or message, or of a stretch of time.

Whoever listens sees the same `detail.id` again. Commands are never carried out again by a replay.
"""

import json
from datetime import UTC, datetime

import boto3
from switchboard.envelope import source
from switchboard.timeline.events import Entry

from operate import timeline
from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.stack import Stack

_ENTRIES_PER_CALL = 10
_STRETCH = (
    "Write it so: make replay FROM=2026-11-23T08:00 TO=2026-11-23T09:00 (UTC), or make replay CALL=CON-…"
)


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


def stretch(stack: Stack, begin: str, end: str) -> str:
    """Start a replay of the archive from `begin` to `end`; its name.

    Args:
        stack: The stack whose archive it is.
        begin: A time such as `2026-11-23T08:00`, in UTC unless it says otherwise.
        end: The same.

    Raises:
        OperatorError: A time cannot be read, the stack keeps no archive, or AWS refused.
    """
    start_time, end_time = _time("FROM", begin), _time("TO", end)
    if start_time >= end_time:
        raise OperatorError(f"FROM={begin} is not before TO={end}.", _STRETCH)
    name = f"{stack.name[:40]}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    client = boto3.client("events")
    with asking_aws_to("start a replay"):
        archive = client.describe_archive(ArchiveName=stack.id_of("EventArchive"))
        client.start_replay(
            ReplayName=name,
            EventSourceArn=archive["ArchiveArn"],
            EventStartTime=start_time,
            EventEndTime=end_time,
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


def _time(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        cause = f"{name}={text} is not a time." if text else f"{name} is missing."
        raise OperatorError(cause, _STRETCH) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
