"""A campaign as it is kept: where its rows and its progress are.

The rows are in the stack's bucket, in parts; each line of a part is a command, with the `line` and the person
of the file that it was prepared from:

    campaigns/<campaign>/<hash>/<number>.jsonl
    campaigns/<campaign>/<hash>/summary.json
    campaigns/<campaign>/<hash>/invalid.jsonl      rows that are not sent to, and why

How far it is, is an item of the stack's table. It never expires, and neither do the results of its commands:
a command's id follows from the campaign and the person, so that nobody gets a campaign twice, whoever starts
it again, and be it next year.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypedDict

from switchboard.aws import table
from switchboard.reach.ladder import Rung
from switchboard.reach.turns import Part
from switchboard.wire.reach.marks import Window

Progress = Literal["running", "paused", "cancelled", "done"]

ROWS_A_PART = 100
SORT_KEY = "campaign"
# Step Functions keeps 25,000 events of a run, and a step has nine.
MOST_ROWS = 100_000


class Summary(TypedDict):
    """What a campaign consists of. It doesn't change: other rows have another hash.

    Attributes:
        campaign: its id.
        hash: of all rows.
        parts: in the order in which they are queued.
        window: when they may be, by the clocks of their people.
        per_second: the pace at which they are at most, 0 for that of the stack.
        ladder: the steps at which each person is tried; none if everybody gets one message or call.
        steps: the channel of each, `voice` of a call, and how many times it's tried at most.
        invalid: how many rows of the file aren't sent to.
    """

    campaign: str
    hash: str
    parts: list[Part]
    window: Window | None
    per_second: float
    ladder: Sequence[Rung]
    steps: Sequence[tuple[str, int]]
    invalid: int


class State(NamedTuple):
    """How far a campaign is.

    Attributes:
        progress: what is to be done with it.
        hash: of its rows.
        run: counts how often it was started and resumed. An earlier run that still goes on ends.
        queued: the numbers of the parts that are queued.
        done_for: the ids of the events of the bus whose wish is done.
        looks: the numbers of the parts that are looked at again, and the Unix times when.
    """

    progress: Progress
    hash: str
    run: int
    queued: frozenset[int]
    done_for: frozenset[str] = frozenset()
    looks: Mapping[int, int] = {}


def folder(campaign: str, content: str) -> str:
    """Where everything of a campaign with this hash is."""
    return f"campaigns/{campaign}/{content}/"


def summary_key(campaign: str, content: str) -> str:
    """Where its `Summary` is."""
    return f"{folder(campaign, content)}summary.json"


def invalid_key(campaign: str, content: str) -> str:
    """Where the rows are that aren't sent to."""
    return f"{folder(campaign, content)}invalid.jsonl"


def part_key(campaign: str, content: str, number: int) -> str:
    """Where a part is."""
    return f"{folder(campaign, content)}{number:05}.jsonl"


def summary(document: bytes) -> Summary:
    """A `Summary` from JSON."""
    found: Summary = json.loads(document)
    parts = [Part(rows, tuple(zones)) for rows, zones in found["parts"]]
    ladder = [Rung(*each) for each in found.get("ladder", ())]
    return {**found, "parts": parts, "ladder": ladder, "steps": found.get("steps", ())}


def read(campaign: str) -> State | None:
    """How far a campaign is at this moment; None if it was never started.

    Raises:
        AwsError: nobody knows.
    """
    item = table.get(_pk(campaign), SORT_KEY)
    return _state(item) if item else None


def start(campaign: str, content: str, before: State | None, by: str = "") -> State | None:
    """Have a campaign run with the rows of this hash, unless it has changed since it was read; None then.

    Args:
        campaign: its id.
        content: the hash of its rows.
        before: as it was read.
        by: the id of the event that asked for it, if it was one.

    Raises:
        AwsError: nobody knows whether it does.
    """
    is_same = before is not None and before.hash == content
    change = "SET progress = :running, content_hash = :hash, run_number = :run"
    change += "" if is_same else ", looks = :none REMOVE queued_parts"
    values: table.Item = {
        **({} if is_same else {":none": {"M": {}}}),
        ":running": {"S": "running"},
        ":hash": {"S": content},
        ":run": {"N": str(before.run + 1 if before else 1)},
    }
    if before is None:
        return _changed(campaign, change, "attribute_not_exists(pk)", values, by)
    values |= {":before": {"N": str(before.run)}, ":was": {"S": before.progress}}
    return _changed(campaign, change, "run_number = :before AND progress = :was", values, by)


def mark(campaign: str, progress: Progress, before: State, by: str = "") -> State | None:
    """Say what is to be done with a campaign, unless it has changed since it was read; None then.

    Args:
        campaign: its id.
        progress: what is to be.
        before: as it was read.
        by: the id of the event that asked for it, if it was one.

    Raises:
        AwsError: nobody knows whether it is said.
    """
    values: table.Item = {
        ":progress": {"S": progress},
        ":was": {"S": before.progress},
        ":run": {"N": str(before.run)},
    }
    condition = "run_number = :run AND progress = :was"
    return _changed(campaign, "SET progress = :progress", condition, values, by)


def queued(campaign: str, content: str, number: int, look_at: int | None = None) -> None:
    """Note that all rows of a part are in the queue, and when it's looked at again what became of them.

    Raises:
        AwsError: nobody knows whether it is noted.
    """
    values: table.Item = {":part": {"NS": [str(number)]}, ":hash": {"S": content}}
    change = "ADD queued_parts :part"
    if look_at is not None:
        change, values[":at"] = f"SET looks.part{number} = :at {change}", {"N": str(look_at)}
    _changed(campaign, change, "content_hash = :hash", values)


def look(campaign: str, content: str, number: int, at: int | None) -> None:
    """Note when a part is looked at again, or with None that this was the last time.

    Raises:
        AwsError: nobody knows whether it is noted.
    """
    values: table.Item = {":hash": {"S": content}}
    change = f"REMOVE looks.part{number}"
    if at is not None:
        change, values[":at"] = f"SET looks.part{number} = :at", {"N": str(at)}
    _changed(campaign, change, "content_hash = :hash", values)


def _changed(campaign: str, change: str, condition: str, values: table.Item, by: str = "") -> State | None:
    if by:  # in the same write, so that an event that comes again is known
        change, condition = f"{change} ADD done_for :those", f"{condition} AND NOT contains(done_for, :by)"
        values |= {":those": {"SS": [by]}, ":by": {"S": by}}
    item, is_changed = table.update(_pk(campaign), SORT_KEY, change, condition, values)
    return _state(item) if is_changed else None


def _state(item: dict[str, Any]) -> State:
    queued = frozenset(map(int, item.get("queued_parts", {"NS": []})["NS"]))
    noted = item.get("looks", {"M": {}})["M"].items()
    looks = {int(name.removeprefix("part")): int(at["N"]) for name, at in noted}
    done_for = frozenset(item.get("done_for", {"SS": []})["SS"])
    run = int(item["run_number"]["N"])
    return State(item["progress"]["S"], item["content_hash"]["S"], run, queued, done_for, looks)


def _pk(campaign: str) -> str:
    return f"CAMPAIGN#{campaign}"
