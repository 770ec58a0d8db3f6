"""What became of a campaign, row by row: as many rows as the file that it was prepared from had.

| outcome | |
|---|---|
| `waiting` | its part isn't queued yet |
| `queued` | its part is; it's waiting for its turn, or being sent |
| `accepted` | Vonage has it; `status` is what became of it since |
| `delivered` | it has arrived, and may have been read |
| `uncertain` | it was sent, the answer was lost, and no status has come: it may have arrived |
| `rejected` | it was refused, for the `reason` |
| `opted_out` | the person has opted out |
| `cancelled` | the campaign was, before its part was queued; or its command, while it waited |
| `invalid` | nothing was ever to be sent, for the `reason` |
| `erased` | `make erase` has been here, and cancelled what was still to be sent |

Of a ladder, this is what became of the try that reached the person, else of the last one.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from switchboard.campaigns import rows, steps, visits
from switchboard.campaigns.runs import Campaign
from switchboard.campaigns.tries import Found
from switchboard.campaigns.visits import Place
from switchboard.reach import campaigns
from switchboard.reach.campaigns import State, Summary
from switchboard.reach.ladder import MISSED, REACHED, Rung, said
from switchboard.reach.people import normal
from switchboard.timeline import view

from operate.campaigns.runs import asking
from operate.errors import OperatorError

_ARRIVED = ("delivered", "read")
_FOR_A_REASON = ("rejected", "uncertain", "cancelled")


class RowResult(NamedTuple):
    """A row of the file, and what became of it."""

    line: int
    to: str
    outcome: str
    status: str = ""
    reason: str = ""
    id: str = ""
    at: str = ""
    channel: str = ""
    tries: int = 0


def read(found: Campaign) -> list[RowResult]:
    """What became of each row of a campaign, in the file's order.

    Raises:
        OperatorError: Its rows are gone; or AWS refused.
    """
    with asking("read what became of the campaign"):
        if (summary := found.summary) is None:
            raise rows.gone()
        campaign, content = summary["campaign"], found.state.hash
        invalid = rows.read(campaigns.invalid_key(campaign, content)).decode()
        outcomes = [
            _erased(each) or RowResult(each["line"], each["to"], "invalid", "", each["reason"])
            for each in _json(invalid)
        ]
        for number in range(len(summary["parts"])):
            part = rows.read(campaigns.part_key(campaign, content, number)).decode()
            outcomes += _of_part(found.state, summary, number, list(_json(part)))
        return sorted(outcomes)


def expected(found: Campaign) -> int:
    """How many rows a campaign was prepared with: all of them, unless its files were changed."""
    return found.rows() + (found.summary["invalid"] if found.summary else 0)


def write(outcomes: list[RowResult], path: Path) -> Counter[str]:
    """Write them to a CSV file; how many there are of each outcome.

    Raises:
        OperatorError: The file can't be written.
    """
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([RowResult._fields, *(map(_inert, each) for each in outcomes)])
    except OSError as error:
        raise OperatorError(f"{path} can't be written: {error.strerror}.", "Give another path.") from error
    return Counter(each.outcome for each in outcomes)


def _inert(cell: object) -> object:
    """A cell that no spreadsheet computes: of strangers' words, `=1+1` would be one; a number is none.

    Source: OWASP, "CSV Injection".
    """
    is_formula = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") and not normal(cell).isdecimal()
    return f"'{cell}" if is_formula else cell


def _of_part(
    state: State, summary: Summary, number: int, part: list[Mapping[str, Any]]
) -> Iterator[RowResult]:
    before = "cancelled" if state.progress == "cancelled" else "waiting"
    otherwise = "queued" if number in state.queued else before
    yield from filter(None, map(_erased, part))
    left, ladder = [row for row in part if "erased" not in row], summary["ladder"]
    for row, tries in zip(left, visits.tries_of(summary["campaign"], left, ladder), strict=True):
        if tries:
            yield _outcome(row, tries, ladder)
        else:
            yield RowResult(row["line"], row["to"], otherwise)


def _erased(row: Mapping[str, Any]) -> RowResult | None:
    return RowResult(row["line"], "", "erased") if "erased" in row else None


def _outcome(row: Mapping[str, Any], tries: Mapping[Place, Found], ladder: Sequence[Rung]) -> RowResult:
    """By the try that reached them, else by the last one."""
    rungs = ladder or [_alone(row["command"])]
    words = {each: said(rungs[each[0]], found.as_try().statuses)[0] for each, found in tries.items()}
    place = next((each for each, word in words.items() if word == REACHED), max(tries))
    found, step = tries[place], (row["command"], *row["then"])[place[0]]
    status = view.state(found.entries) if found.entries else ""
    if (word := words[place]) in MISSED:
        status = word  # also where the call was completed after that
    outcome = found.outcome()
    if outcome == "accepted":
        outcome = "delivered" if status in _ARRIVED else "accepted"
    return RowResult(
        row["line"],
        row["to"],
        "queued" if outcome == "open" else outcome,
        "" if status in ("accepted", "uncertain", "unknown") else status,
        str(found.result.get("reason", "")) if outcome in _FOR_A_REASON else "",
        found.subject,
        str(found.result.get("timestamp", "")),
        step["detail"].get("channel", "voice"),
        len(tries),
    )


def _alone(command: Mapping[str, Any]) -> Rung:
    """A message or call that is all that there is."""
    detects = steps.is_detecting(command["detail"])
    return Rung(command["name"] == "voice.call", detects, wait_s=0, again={}, attempts=1)


def _json(lines: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in lines.splitlines())
