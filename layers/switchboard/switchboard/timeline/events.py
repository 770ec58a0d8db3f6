"""The timeline of each call, message and verification: an item per event, in the order of Vonage's clock.

    pk  CALL#<conversation_uuid>, MSG#<message_uuid> or VERIFY#<request_id>
    sk  <Vonage's timestamp>#<event id>; both are the event's own, so that it has one place only

The index `recent` (day, sk) holds one event of each call or message, the one that it begins with. Its `day`
is <date>#<shard>, because all that has one key shares 1,000 writes a second, and an index that is throttled
throttles the table. Items of release 0.1 have the date alone. What a call or message has come to is derived
from its items, never stored. On a terminal, with SWITCHBOARD_TABLE_NAME set:

    python -m switchboard.timeline          the latest calls and messages
    python -m switchboard.timeline ID       one of them, by its conversation_uuid or message_uuid

Source: AWS, "Designing partition keys to distribute your workload" (1,000 write units a second for each).
"""

import heapq
import json
import time
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

from switchboard.aws import table
from switchboard.envelope import Envelope, short
from switchboard.environment import whole_number

# What each call, message or verification has one of.
_LISTED = {
    "voice.started", "messages.inbound", "messages.v0_1.inbound", "messages.send.accepted",
    "verify.start.accepted",
}  # fmt: skip

# Of a day in the index. May grow; were it to shrink, what is in the shards left over would not be listed.
SHARDS = 16


class Entry(TypedDict):
    """One event of a timeline; `at` is when it happened, by Vonage's clock if it has a timestamp."""

    subject: str
    id: str
    name: str
    at: str
    payload: dict[str, Any]


def item(event: Envelope) -> table.Item:
    """An event as the table keeps it; whatever cannot be kept raises here."""
    # Of a verification's webhooks; its summary has no moment of its own.
    at = _when(event["payload"].get("timestamp") or event["payload"].get("finalized_at"))
    received = datetime.fromtimestamp(event["received_at"], UTC)
    days = whole_number("SWITCHBOARD_TIMELINE_DAYS", 30, low=1, high=3650)
    made = {
        "pk": {"S": _key(event)},
        "sk": {"S": f"{at or '~'}#{event['id']}"},
        "id": {"S": event["id"]},
        "name": {"S": event["name"]},
        "at": {"S": at or _iso(received)},
        "payload": {"S": json.dumps(event["payload"], ensure_ascii=False)},
        "expires_at": {"N": str(int(time.time()) + days * 86400)},
    }
    if event["name"] in _LISTED:
        shard = zlib.crc32(event["subject"].encode()) % SHARDS
        made["day"] = {"S": f"{(at or _iso(received))[:10]}#{shard}"}
    return made


def recorded(items: Sequence[table.Item]) -> list[bool]:
    """Whether each of up to 100 events is in the table, and so on the bus.

    Raises:
        AwsError: nobody knows.
    """
    keys = {_place(item): table.keys(item) for item in items}
    # Release 0.1 wrote an event before it was published, and marked it until then.
    found = table.get_many(list(keys.values()), "pk, sk, unpublished") if keys else []
    there = {_place(item) for item in found if "unpublished" not in item}
    return [_place(item) in there for item in items]


def write(items: Sequence[table.Item]) -> list[str | None]:
    """Write up to 25 events that are on the bus.

    Returns:
        For each event the code of what went wrong, `None` for one that is there.
    """
    return table.put_many(items) if items else []


def read(subject: str) -> list[Entry]:
    """The events of a call (by conversation_uuid), message (message_uuid) or verification (request_id)."""
    keys = (f"{kind}#{short(subject)}" for kind in ("CALL", "MSG", "VERIFY"))
    return [entry for key in keys for entry in of_key(key)]


def of_key(key: str) -> list[Entry]:
    """The same, where it's known what it is, such as `MSG#<message_uuid>`."""
    return [_entry(item) for item in table.query("pk", key)]


def recent(limit: int = 20, days: int = 7) -> list[Entry]:
    """What each call and message of the last days began with, newest first."""
    newest: dict[str, Entry] = {}
    today = datetime.now(UTC).date()
    for age in range(days):
        day = (today - timedelta(days=age)).isoformat()
        shards = (table.query("day", key, "recent", newest_first=True) for key in _days(day))
        for item in heapq.merge(*shards, key=_position, reverse=True):
            entry = _entry(item)
            newest.setdefault(entry["subject"], entry)
            if len(newest) == limit:
                return list(newest.values())
    return list(newest.values())


def _days(date: str) -> list[str]:
    """The keys of a day in the index: its shards, and the date alone, as release 0.1 wrote it."""
    return [*(f"{date}#{shard}" for shard in range(SHARDS)), date]


def _position(item: dict[str, Any]) -> str:
    position: str = item["sk"]["S"]
    return position


def _key(event: Envelope) -> str:
    kind = {"messages": "MSG", "verify": "VERIFY"}.get(event["name"].partition(".")[0], "CALL")
    return f"{kind}#{event['subject']}"


def _place(found: table.Item) -> tuple[str, str]:
    return found["pk"]["S"], found["sk"]["S"]


def _entry(item: dict[str, Any]) -> Entry:
    return {
        "subject": item["pk"]["S"].partition("#")[2],
        "id": item["sk"]["S"].rpartition("#")[2],
        "name": item["name"]["S"],
        "at": item["at"]["S"],
        "payload": json.loads(item["payload"]["S"]) if "payload" in item else {},
    }


def _when(timestamp: object) -> str | None:
    """A timestamp in the one form that sorts; Vonage's have milliseconds or not, and Z or an offset."""
    try:
        moment = datetime.fromisoformat(str(timestamp))
        return _iso(moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (OverflowError, ValueError):  # the first of what UTC has no year for
        return None


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
