"""Put events on the stack's event bus.

Source: AWS, EventBridge API reference, PutEvents: up to 10 entries and 1 MB at once. A reply of status 200
may hold entries that failed, and a bus that does not exist is not an error at all: its name comes from
template.yaml alone.
"""

import functools
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from switchboard import telemetry
from switchboard.envelope import Envelope, source
from switchboard.environment import required

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

_MOST_ENTRIES = 10
_MOST_BYTES = 900_000


def publish(events: Sequence[Envelope]) -> list[str | None]:
    """Put events on the bus, each under its name as the detail-type.

    Returns:
        For each event the code of what went wrong, `None` for one that is on the bus.
    """
    return [error for entries in _chunks(events) for error in _put(entries)]


def _put(entries: list[dict[str, Any]]) -> list[str | None]:
    try:
        reply = client().put_events(Entries=entries)  # type: ignore[arg-type]
    except Exception as failure:  # noqa: BLE001 - whatever it is, none of these is on the bus as far as we know
        return [telemetry.kind(failure)] * len(entries)
    return [entry.get("ErrorCode") for entry in reply["Entries"]]


def _chunks(events: Sequence[Envelope]) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    size = 0
    for event in events:
        detail = json.dumps(event)
        if chunk and (len(chunk) == _MOST_ENTRIES or size + len(detail) > _MOST_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(
            {
                "EventBusName": required("SWITCHBOARD_BUS_NAME"),
                "Source": source(event["name"]),
                "DetailType": event["name"],
                "Detail": detail,
            }
        )
        size += len(detail)
    if chunk:
        yield chunk


@functools.cache
def client() -> "EventBridgeClient":
    """The client, made when first needed and kept."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "events", config=Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard"})
    )
