"""Events come out of the event queue: each is written to the timeline, then put on the event bus.

Reads batches of a FIFO queue and reports the messages that failed, with those behind them in the same call or
message, so that SQS gives them again in order; other calls go on. A message that keeps failing ends in the
dead-letter queue.
Source: AWS, "Handling errors for an SQS event source in Lambda" (ReportBatchItemFailures).
"""

import functools
import json
from typing import TYPE_CHECKING, Any

from switchboard import telemetry, timeline
from switchboard.classify import source
from switchboard.envelope import Envelope
from switchboard.errors import AwsError
from switchboard.settings import required

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


def lambda_handler(batch: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """Record a batch; what could not be recorded is named in `batchItemFailures`."""
    failed: list[dict[str, str]] = []
    blocked: set[str] = set()
    for message in batch["Records"]:
        group = message["attributes"]["MessageGroupId"]
        if group in blocked or not record(message["body"]):
            blocked.add(group)
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}


def record(body: str) -> bool:
    """Write and publish one event; one that was published before is left alone."""
    facts: dict[str, object] = {}
    try:
        event: Envelope = json.loads(body)
        facts = {"id": event["id"], "event": event["name"], "subject": event["subject"]}
        is_new = timeline.add(event)
        if is_new:
            publish(event)
            timeline.mark_published(event)
    except Exception as failure:  # noqa: BLE001 - whatever is wrong with one event must not stop the others
        telemetry.outcome("NotRecorded", "record", "ERROR", **facts | telemetry.where(failure))
        return False
    telemetry.outcome("Recorded" if is_new else "Duplicate", "record", "INFO", **facts)
    return True


def publish(event: Envelope) -> None:
    """Put an event on the bus, with its name as the detail-type.

    Raises:
        AwsError: EventBridge did not take it. It says so in the reply, not by its status.
    """
    reply = _eventbridge().put_events(
        Entries=[
            {
                "EventBusName": required("SWITCHBOARD_BUS_NAME"),
                "Source": source(event["name"]),
                "DetailType": event["name"],
                "Detail": json.dumps(event),
            }
        ]
    )
    if reply["FailedEntryCount"]:
        raise AwsError("PutEvents", reply["Entries"][0].get("ErrorCode", "unknown"), retryable=True)


@functools.cache
def _eventbridge() -> "EventBridgeClient":
    import boto3
    from botocore.config import Config

    return boto3.client(
        "events", config=Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard"})
    )
