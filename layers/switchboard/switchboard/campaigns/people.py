"""The people of a campaign: the rows of a CSV file, or of a list; what is no row is told by its line."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from switchboard.errors import CampaignError
from switchboard.reach.campaigns import MOST_ROWS
from switchboard.wire.reach.marks import is_zone

TO, ZONE = "to", "zone"
# Of a file, before anything is judged: more of them may not fit into a function's memory.
_MOST_LINES = 2 * MOST_ROWS


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
    rows: list[Row]
    faults: list[Fault]


def read(path: Path) -> Sheet:
    """The people in a file.

    Raises:
        CampaignError: It can't be read, or its header can't be used.
    """
    try:
        document = path.read_bytes()
    except OSError as error:
        raise CampaignError(
            f"{path} can't be read: {error.strerror}.", "Give a CSV file in UTF-8."
        ) from error
    return parse(document, str(path))


def parse(document: bytes, source: str) -> Sheet:
    """The people in a CSV file that was read.

    Args:
        document: what is in it.
        source: what to call it, the subject of a sentence.

    Raises:
        CampaignError: It isn't CSV in UTF-8, or its header can't be used.
    """
    try:
        text = io.StringIO(document.decode("utf-8-sig"), newline="")
        lines = list(islice(_lines(text), _MOST_LINES + 1))
    except (UnicodeDecodeError, csv.Error) as error:
        raise CampaignError(f"{source} can't be read: {error}.", "Give a CSV file in UTF-8.") from error
    if len(lines) > _MOST_LINES:
        raise CampaignError(
            f"{source} has {_MOST_LINES} lines or more.", f"Give {MOST_ROWS} rows at most, and an ID."
        )
    columns = [name.strip() for name in lines[0][1]] if lines else []
    _check(source, columns)
    found = ((Row(line, *_named(columns, cells)), _ragged(columns, cells)) for line, cells in lines[1:])
    return _sheet(columns, found)


def listed(people: Sequence[Mapping[str, str]]) -> Sheet:
    """The people of a list, with lines from 1. What only others have is empty."""
    columns = list(dict.fromkeys(name for each in people for name in each))
    rows = (defaultdict(str, {name: cell.strip() for name, cell in each.items()}) for each in people)
    return _sheet(columns, ((Row(line, row[TO], row[ZONE], row), "") for line, row in enumerate(rows, 1)))


def _sheet(columns: Sequence[str], found: Iterable[tuple[Row, str]]) -> Sheet:
    """Part what is a row from what is none, for the reason beside it or one of its own."""
    sheet = Sheet(columns, [], [])
    for row, ragged in found:
        if reason := ragged or _fault(row):
            sheet.faults.append(Fault(row.line, row.to, reason))
        else:
            sheet.rows.append(row)
    return sheet


def _lines(file: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Where each row begins, as a cell may go over several lines, and its cells; empty lines are none."""
    reader, begins = csv.reader(file, strict=True), 1
    try:
        for cells in reader:
            if cells:
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise csv.Error(f"line {begins}: {error}") from error


def _check(source: str, columns: Sequence[str]) -> None:
    if TO not in columns:
        found = ", ".join(columns) or "nothing"
        raise CampaignError(
            f"{source} has no column `{TO}`: its first line has {found}.",
            "Begin the file with the columns' names, separated by commas: to,name",
        )
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice or "" in columns:
        wrong = f"the column {twice[0]!r} twice" if twice and twice[0] else "a column without a name"
        raise CampaignError(f"{source} has {wrong}.", "Give each column a name of its own.")


def _named(columns: Sequence[str], cells: Sequence[str]) -> tuple[str, str, dict[str, str]]:
    named = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
    return named.get(TO, ""), named.get(ZONE, ""), named


def _ragged(columns: Sequence[str], cells: Sequence[str]) -> str:
    return "" if len(cells) == len(columns) else f"it has {len(cells)} cells, the first line {len(columns)}"


def _fault(row: Row) -> str:
    if not row.to:
        return "to is empty"
    if row.zone and not is_zone(row.zone):
        return f"zone is {row.zone!r}; it must be a time zone such as Europe/London, or empty"
    return ""
