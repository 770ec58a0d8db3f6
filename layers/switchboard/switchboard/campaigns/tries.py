"""What became of a campaign's tries: what their commands' items say, and Vonage's statuses since.

It's read anew whenever somebody asks: nothing is kept of a row.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, NamedTuple

from switchboard.aws import table
from switchboard.reach import references
from switchboard.reach.ladder import Try
from switchboard.timeline import events
from switchboard.timeline.events import Entry

# DynamoDB's BatchGetItem takes so many.
_MOST_ITEMS = 100
_AT_ONCE = 10
# What Vonage calls it, and whose timeline says more.
_SUBJECTS = {"message_uuid": "MSG", "conversation_uuid": "CALL"}


class Found(NamedTuple):
    """What is known of a command that has begun.

    Attributes:
        progress: as the command's item has it.
        since: the Unix time since when that is so.
        result: what became of it, if that is known.
        subject: what Vonage calls the message or the call, empty if nobody knows.
        entries: its timeline.
        due: the Unix time for which it waits, 0 if it doesn't.
    """

    progress: str
    since: float
    result: Mapping[str, Any]
    subject: str
    entries: Sequence[Entry]
    due: float = 0

    def outcome(self) -> str:
        """What became of it: `open` while it's on its way; `uncertain` only until Vonage says something."""
        if self.progress == "cancelled" or self.result.get("cancelled"):
            return "cancelled"
        if self.result.get("opted_out"):
            return "opted_out"
        outcome = str(self.result.get("outcome", "open"))
        return "accepted" if outcome == "uncertain" and self.entries else outcome

    def as_try(self) -> Try:
        """What counts of it for what comes next."""
        statuses = [*_statuses(self.entries, self.result.get("uuid"))]
        progress = "barred" if self.result.get("barred") else self.outcome()
        return Try(progress, self.since, statuses, self.due)


def read(ids: Iterable[str]) -> dict[str, Found]:
    """What is known of many commands, by their ids; of those that haven't begun, nothing.

    It may be a moment old: what has begun meanwhile isn't carried out again.

    Raises:
        AwsError: nobody knows.
    """
    begun = {_identity(item): item for item in _items(ids, "progress")}
    results = {each: json.loads(item["result"]["S"]) for each, item in begun.items() if "result" in item}
    subjects = {each: _subject(result) for each, result in results.items()}
    lost = [each for each, result in results.items() if result["outcome"] == "uncertain"]
    for item in _items(lost, references.SORT_KEY):
        subjects[_identity(item)] = f"MSG#{item['message_uuid']['S']}"
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        known = {each: key for each, key in subjects.items() if key}
        entries = dict(zip(known, pool.map(events.of_key, known.values()), strict=True))
    return {
        each: Found(
            item["progress"]["S"],
            float(item["since"]["N"]),
            results.get(each, {}),
            subjects.get(each, "").partition("#")[2],
            entries.get(each, ()),
            float(item.get("due", {"N": "0"})["N"]),
        )
        for each, item in begun.items()
    }


def _items(ids: Iterable[str], sort_key: str) -> list[table.Item]:
    keys = [{"pk": {"S": f"COMMAND#{each}"}, "sk": {"S": sort_key}} for each in ids]
    parts = (keys[begin : begin + _MOST_ITEMS] for begin in range(0, len(keys), _MOST_ITEMS))
    return [item for part in parts for item in table.get_many(part, "", is_latest=False)]


def _identity(item: table.Item) -> str:
    identity: str = item["pk"]["S"]
    return identity.partition("#")[2]


def _subject(result: Mapping[str, Any]) -> str:
    found = (f"{kind}#{result[name]}" for name, kind in _SUBJECTS.items() if name in result)
    return next(found, "")


def _statuses(entries: Iterable[Entry], leg: object) -> Iterable[tuple[str, float]]:
    """Vonage's words and their times: of a call, those of the leg that was called first."""
    for entry in entries:
        payload = entry["payload"]
        of = payload.get("uuid") or payload.get("call_uuid")
        if "status" in payload and (None in (leg, of) or _undashed(of) == _undashed(leg)):
            yield str(payload["status"]), datetime.fromisoformat(entry["at"]).timestamp()


def _undashed(leg: object) -> str:
    """Vonage writes the same one with dashes and without."""
    return str(leg).replace("-", "")
