"""Events come out of the event queue: each is written to the timeline, then put on the event bus.

Reads batches of a FIFO queue and reports the messages that failed, with those behind them in the same call or
message, so that SQS gives them again in order; other calls go on. What keeps failing ends in the dead-letter
queue; what AWS will refuse each time goes there at once, and its call goes on.

Source: AWS, "Handling errors for an SQS event source in Lambda" (ReportBatchItemFailures); API references of
DynamoDB (PutItem) and EventBridge (PutEventsResultEntry).
"""

import json
from typing import Any

from switchboard import telemetry
from switchboard.aws import bus, queues
from switchboard.envelope import Envelope
from switchboard.errors import AwsError
from switchboard.timeline import events

# What the table and the bus say of an event that they will never take.
NEVER_STORED = {"ValidationException"}
NEVER_PUBLISHED = {"InvalidArgument", "MalformedDetail"}


def lambda_handler(batch: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """Record a batch; what could not be recorded is named in `batchItemFailures`."""
    messages = batch["Records"]
    groups = [message["attributes"]["MessageGroupId"] for message in messages]
    failed_from: dict[str, int] = {}
    new: list[tuple[int, Envelope]] = []
    for index, message in enumerate(messages):
        if groups[index] not in failed_from:
            try:
                new += [(index, event) for event in write(message["body"])]
            except Exception as failure:  # noqa: BLE001 - one event must not stop those of other calls
                failed_from[groups[index]] = index
                said = known(message["body"]) | telemetry.where(failure)
                telemetry.outcome("NotRecorded", "record", "ERROR", **said)
    for index in announce(new):
        failed_from[groups[index]] = min(index, failed_from.get(groups[index], index))
    return {
        "batchItemFailures": [
            {"itemIdentifier": message["messageId"]}
            for index, message in enumerate(messages)
            if index >= failed_from.get(groups[index], len(messages))
        ]
    }


def write(body: str) -> list[Envelope]:
    """Write an event to the timeline; gives it back to be published, nothing for a duplicate."""
    event: Envelope = json.loads(body)
    try:
        is_new = events.add(event)
    except Exception as failure:
        if telemetry.kind(failure) not in NEVER_STORED:
            raise
        put_aside(event, telemetry.kind(failure))
        return []
    if is_new:
        return [event]
    telemetry.outcome("Duplicate", "record", "INFO", **facts(event))
    return []


def announce(new: list[tuple[int, Envelope]]) -> list[int]:
    """Publish what was written, and remember that; gives the indexes of what could not be."""
    failed = []
    for (index, event), refusal in zip(new, bus.publish([event for _, event in new]), strict=True):
        try:
            if refusal and refusal in NEVER_PUBLISHED:
                put_aside(event, refusal)
                continue
            error = refusal or remember(event)
        except AwsError as failure:
            error = failure.code
        if error:
            failed.append(index)
            telemetry.outcome("NotRecorded", "record", "ERROR", **facts(event), error=error)
        else:
            telemetry.outcome("Recorded", "record", "INFO", **facts(event))
    return failed


def put_aside(event: Envelope, error: str) -> None:
    """Keep an event that AWS will never take where somebody can look at it.

    Raises:
        AwsError: it could not be kept, and has to come again.
    """
    queues.put_unrecordable(event)
    telemetry.outcome("Unrecordable", "record", "ERROR", **facts(event), error=error)


def remember(event: Envelope) -> str | None:
    """Mark an event as published; when that fails it will be published again, which rules have to bear."""
    try:
        events.mark_published(event)
    except Exception as failure:  # noqa: BLE001 - whatever it is, the event is not marked
        return telemetry.kind(failure)
    return None


def facts(event: Envelope) -> dict[str, object]:
    """What a log line says of an event."""
    return {"id": event["id"], "event": event["name"], "subject": event["subject"][:80]}


def known(body: str) -> dict[str, object]:
    """What a log line says of a message that failed: nothing, where it holds no event."""
    try:
        return facts(json.loads(body))
    except (KeyError, RecursionError, TypeError, ValueError):
        return {}
