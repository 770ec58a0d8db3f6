"""The people of a campaign: the rows of a CSV file, read as they are; what is no row is told by its line."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from switchboard.errors import CampaignError
from switchboard.wire.reach.marks import is_zone

TO, ZONE = "to", "zone"


class Row(NamedTuple):
    """A row: its place in the file, whom it's about, their time zone if it says so, and all of its cells."""

    line: int
    to: str
    zone: str
    cells: Mapping[str, str]


class Fault(NamedTuple):
    """A row that nothing is sent to, and why."""

    line: int
    to: str
    reason: str


class Sheet(NamedTuple):
    """A file: its columns, its rows, and what is no row."""

    columns: Sequence[str]
    rows: Sequence[Row]
    faults: Sequence[Fault]


def read(path: Path) -> Sheet:
    """The people in a file.

    Raises:
        CampaignError: It can't be read, or its header can't be used.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = list(_lines(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CampaignError(f"{path} can't be read: {error}.", "Give a CSV file in UTF-8.") from error
    columns = [name.strip() for name in lines[0][1]] if lines else []
    _check(path, columns)
    rows, faults = [], []
    for line, cells in lines[1:]:
        row = Row(line, *_named(columns, cells))
        if reason := _fault(columns, cells, row):
            faults.append(Fault(line, row.to, reason))
        else:
            rows.append(row)
    return Sheet(columns, rows, faults)


def _lines(file: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Where each row begins, as a cell may go over several lines, and its cells; empty lines are none."""
    reader, begins = csv.reader(file, strict=True), 1
    for cells in reader:
        if cells:
            yield begins, cells
        begins = reader.line_num + 1


def _check(path: Path, columns: Sequence[str]) -> None:
    if TO not in columns:
        found = ", ".join(columns) or "nothing"
        raise CampaignError(
            f"{path} has no column `{TO}`: its first line has {found}.",
            "Begin the file with the columns' names, separated by commas: to,name",
        )
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice or "" in columns:
        wrong = f"the column {twice[0]!r} twice" if twice and twice[0] else "a column without a name"
        raise CampaignError(f"{path} has {wrong}.", "Give each column a name of its own.")


def _named(columns: Sequence[str], cells: Sequence[str]) -> tuple[str, str, dict[str, str]]:
    named = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
    return named.get(TO, ""), named.get(ZONE, ""), named


def _fault(columns: Sequence[str], cells: Sequence[str], row: Row) -> str:
    if len(cells) != len(columns):
        return f"it has {len(cells)} cells, the first line {len(columns)}"
    if not row.to:
        return "to is empty"
    if row.zone and not is_zone(row.zone):
        return f"zone is {row.zone!r}; it must be a time zone such as Europe/London, or empty"
    return ""
