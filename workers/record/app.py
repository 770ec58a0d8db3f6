"""Events come out of the event queue: each is put on the event bus, then written to the timeline.

What is in the timeline is on the bus: what was cut off between the two is not there when it comes again, and
is published a second time. A bus that is down delays the timeline.

A message by which somebody opts out, or in again, becomes a command besides, which `outbound` carries out. Of
a campaign's message it is noted which command it was, for the case that the reply to that was lost.

Reads batches of a FIFO queue and reports the messages that failed, with those behind them in the same call or
message, so that SQS gives them again in order; other calls go on. What keeps failing ends in the dead-letter
queue; what AWS will refuse each time goes there at once, and its call goes on.

Source: AWS, "Handling errors for an SQS event source in Lambda" (ReportBatchItemFailures); API references of
DynamoDB (BatchGetItem, BatchWriteItem) and EventBridge (PutEventsResultEntry).
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from switchboard import telemetry
from switchboard.aws import bus, queues, table
from switchboard.envelope import Envelope
from switchboard.errors import AwsError
from switchboard.reach import hearing, references
from switchboard.reading import undelivered
from switchboard.timeline import events

# What the table and the bus say of an event that they will never take.
NEVER_STORED = {"ValidationException"}
NEVER_PUBLISHED = {"InvalidArgument", "MalformedDetail"}


class Arrival(NamedTuple):
    """An event, the place of its message in the batch, and what the table keeps of it."""

    position: int
    event: Envelope
    item: table.Item


class Batch:
    """The messages that were received together, and which of them have to come again."""

    def __init__(self, messages: Sequence[dict[str, Any]]) -> None:
        self._messages = messages
        self._groups = [message["attributes"]["MessageGroupId"] for message in messages]
        self._failed_from: dict[str, int] = {}

    def arrivals(self) -> list[Arrival]:
        """The events in it. A message that holds none fails alone."""
        read = []
        for index, message in enumerate(self._messages):
            try:
                event: Envelope = json.loads(message["body"])
                both = filter(None, (event, hearing.unclear(event)))
                read += [Arrival(index, each, events.item(each)) for each in both]
            except Exception as failure:  # noqa: BLE001 - one message must not stop those of other calls
                self.fail(index, {}, telemetry.kind(failure))
        return read

    def fail(self, index: int, said: dict[str, object], error: str) -> None:
        """Have a message come again, and those behind it in its call."""
        group = self._groups[index]
        self._failed_from[group] = min(index, self._failed_from.get(group, index))
        telemetry.outcome("NotRecorded", "record", "ERROR", **said, error=error)

    def message_id(self, index: int) -> str:
        """SQS's own id of a message."""
        identity: str = self._messages[index]["messageId"]
        return identity

    def failures(self) -> dict[str, Any]:
        """What SQS is told."""
        return {
            "batchItemFailures": [
                {"itemIdentifier": message["messageId"]}
                for index, message in enumerate(self._messages)
                if index >= self._failed_from.get(self._groups[index], len(self._messages))
            ]
        }


def lambda_handler(received: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """Record a batch; what could not be recorded is named in `batchItemFailures`."""
    batch = Batch(received["Records"])
    arrivals = batch.arrivals()
    try:
        new = unrecorded(arrivals)
    except AwsError as failure:
        for each in arrivals:
            batch.fail(each.position, facts(each.event), failure.code)
        return batch.failures()
    new = hand_on(batch, new)
    published = settle(batch, new, bus.publish([each.event for each in new]), NEVER_PUBLISHED)
    known = [(each.event, each.item) for each in published]
    noted = settle(batch, published, references.note(known), NEVER_STORED)
    written = settle(batch, noted, events.write([each.item for each in noted]), NEVER_STORED)
    if written:
        ids = [each.event["id"] for each in written]
        subjects = sorted({each.event["subject"][:80] for each in written})
        telemetry.outcome("Recorded", "record", "INFO", None, len(ids), ids=ids, subjects=subjects)
    for event in (each.event for each in written):
        if event["name"].startswith("messages.") and (code := undelivered(event["payload"])):
            telemetry.outcome("Undelivered", "record", "WARNING", **facts(event), reason=code)
    return batch.failures()


def unrecorded(arrivals: list[Arrival]) -> list[Arrival]:
    """Those that are new; an event that is in the batch twice is new once.

    Raises:
        AwsError: nobody knows.
    """
    new: dict[str, Arrival] = {}
    for each, is_recorded in zip(arrivals, events.recorded([each.item for each in arrivals]), strict=True):
        if is_recorded or each.event["id"] in new:
            telemetry.outcome("Duplicate", "record", "INFO", **facts(each.event))
        else:
            new[each.event["id"]] = each
    return list(new.values())


def hand_on(batch: Batch, new: list[Arrival]) -> list[Arrival]:
    """Have carried out what people's words ask for; twice is once. Gives those for which that is seen to."""
    done = []
    for each in new:
        try:
            for command in hearing.commands(each.event):
                queues.put_commands([command], hearing.person(command))
        except AwsError as failure:
            batch.fail(each.position, facts(each.event), failure.code)
        else:
            done.append(each)
    return done


def settle(batch: Batch, tried: list[Arrival], errors: list[str | None], never: set[str]) -> list[Arrival]:
    """Part what was taken from what failed; what will fail each time is put aside."""
    taken = []
    for each, error in zip(tried, errors, strict=True):
        if error is None:
            taken.append(each)
        elif error not in never:
            batch.fail(each.position, facts(each.event), error)
        elif failure := put_aside(each.event, batch.message_id(each.position), error):
            batch.fail(each.position, facts(each.event), failure)
    return taken


def put_aside(event: Envelope, message_id: str, error: str) -> str | None:
    """Keep an event that AWS will never take where somebody can look at it; gives the code if it can't be."""
    try:
        queues.put_unrecordable(event, message_id)
    except AwsError as failure:
        return failure.code
    telemetry.outcome("Unrecordable", "record", "ERROR", **facts(event), error=error)
    return None


def facts(event: Envelope) -> dict[str, object]:
    """What a log line says of an event."""
    return {"id": event["id"], "event": event["name"], "subject": event["subject"][:80]}
