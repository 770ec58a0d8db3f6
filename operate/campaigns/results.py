"""What became of a campaign, row by row: as many rows as the file that it was prepared from had.

| outcome | |
|---|---|
| `waiting` | its part isn't queued yet |
| `queued` | its part is; it's waiting for its turn, or being sent |
| `accepted` | Vonage has it; `status` is what became of it since |
| `delivered` | it has arrived, and may have been read |
| `uncertain` | it was sent, and the answer was lost: it may have arrived |
| `rejected` | it was refused, for the `reason` |
| `opted_out` | the person has opted out |
| `cancelled` | the campaign was, before its part was queued; or its command, while it waited |
| `invalid` | nothing was ever to be sent, for the `reason` |
| `erased` | `make erase` has been here, and cancelled what was still to be sent |
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from switchboard.aws import table
from switchboard.campaigns import rows
from switchboard.campaigns.runs import Campaign
from switchboard.reach import campaigns
from switchboard.timeline import events, view

from operate.campaigns.runs import Campaigns, asking
from operate.errors import OperatorError

_ARRIVED = ("delivered", "read")
# Whose timeline says more than the result does.
_SUBJECTS = ("message_uuid", "conversation_uuid")
_AT_ONCE = 10


class RowResult(NamedTuple):
    """A row of the file, and what became of it."""

    line: int
    to: str
    outcome: str
    status: str = ""
    reason: str = ""
    id: str = ""
    at: str = ""


def read(those: Campaigns, campaign: str) -> list[RowResult]:
    """What became of each row, in the file's order.

    Raises:
        OperatorError: It was never started, or its rows are gone; or AWS refused.
    """
    found = those.read(campaign)
    with asking("read what became of the campaign"):
        content = found.state.hash
        invalid = rows.read(campaigns.invalid_key(campaign, content)).decode()
        outcomes = [
            _erased(each) or RowResult(each["line"], each["to"], "invalid", "", each["reason"])
            for each in _json(invalid)
        ]
        for number in range(len(found.summary["parts"])):
            part = rows.read(campaigns.part_key(campaign, content, number)).decode()
            outcomes += _of_part(found, number, list(_json(part)))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return sorted(pool.map(_with_status, outcomes))


def write(outcomes: list[RowResult], path: Path) -> Counter[str]:
    """Write them to a CSV file; how many there are of each outcome.

    Raises:
        OperatorError: The file can't be written.
    """
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([RowResult._fields, *outcomes])
    except OSError as error:
        raise OperatorError(f"{path} can't be written: {error.strerror}.", "Give another path.") from error
    return Counter(each.outcome for each in outcomes)


def _of_part(found: Campaign, number: int, part: list[Mapping[str, Any]]) -> Iterator[RowResult]:
    before = "cancelled" if found.state.progress == "cancelled" else "waiting"
    otherwise = "queued" if number in found.state.queued else before
    yield from filter(None, map(_erased, part))
    keys = {f"COMMAND#{row['command']['id']}": row for row in part if "erased" not in row}
    wanted = [{"pk": {"S": pk}, "sk": {"S": "progress"}} for pk in keys]
    items = table.get_many(wanted, "") if wanted else []
    results = {each["pk"]["S"]: json.loads(each["result"]["S"]) for each in items if "result" in each}
    begun = {each["pk"]["S"] for each in items}
    for pk, row in keys.items():
        if pk in results:
            yield _outcome(row, results[pk])
        else:
            yield RowResult(row["line"], row["to"], "queued" if pk in begun else otherwise)


def _erased(row: Mapping[str, Any]) -> RowResult | None:
    return RowResult(row["line"], "", "erased") if "erased" in row else None


def _outcome(row: Mapping[str, Any], result: Mapping[str, Any]) -> RowResult:
    outcome = next((each for each in ("opted_out", "cancelled") if result.get(each)), result["outcome"])
    identity = next((result[name] for name in _SUBJECTS if name in result), "")
    reason = "" if outcome == "opted_out" else result.get("reason", "")
    return RowResult(row["line"], row["to"], outcome, "", reason, identity, result["timestamp"])


def _with_status(outcome: RowResult) -> RowResult:
    """What Vonage has told since: a message that has arrived is `delivered`."""
    if outcome.outcome != "accepted" or not outcome.id:
        return outcome
    status = view.state(events.read(outcome.id))
    status = "" if status in ("accepted", "unknown") else status
    return outcome._replace(status=status, outcome="delivered" if status in _ARRIVED else "accepted")


def _json(lines: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in lines.splitlines())
