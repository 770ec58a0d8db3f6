"""When people may be reached, and whose turn that makes it in a campaign: the first part that has the time.

Nothing is queued that would still be waiting when its window closes. Where nobody may be reached, the next
turn is at the first opening.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from switchboard.reach.hours import hours, outside
from switchboard.reach.windows import Window, is_open, next_opening
from switchboard.wire.reach.marks import Window as Asked


class Part(NamedTuple):
    """Some rows whose people may be in the same time zones; how many, and in which."""

    rows: int
    zones: tuple[str, ...]


def quiet_for(marks: Mapping[str, Any], quiet: str) -> str:
    """The stack's quiet hours as far as they hold for a command: for bulk, but not for what was asked for."""
    is_marketing = marks.get("pace") == "bulk" and marks.get("purpose") != "transactional"
    return quiet if is_marketing else ""


def windows(asked: Asked | None, zones: Iterable[str], *, quiet: str = "") -> list[Window]:
    """The hours that are left in each of the time zones in which somebody may be; none if all are.

    Args:
        asked: a campaign's or a command's window.
        zones: in which the person may be.
        quiet: the stack's quiet hours.

    Raises:
        ValueError: hours or days are written otherwise.
    """
    wanted = []
    if asked is not None:
        without = frozenset(map(date.fromisoformat, asked.get("without", [])))
        wanted.append((hours(asked["hours"]), without))
    if quiet:
        wanted.append((outside(hours(quiet)), frozenset()))
    return [Window(of, zone, without) for zone in zones for of, without in wanted]


def first(
    parts: Sequence[Part],
    left: Collection[int],
    open_in: Callable[[tuple[str, ...]], Sequence[Window]],
    now: float,
    seconds_a_row: float,
) -> tuple[float, int] | None:
    """When the next turn is, as a Unix time, and whose; None if there is none, or not for months.

    Args:
        parts: all of a campaign.
        left: the numbers of those that are to be queued.
        open_in: gives the windows of people who may be in these time zones.
        now: a Unix time.
        seconds_a_row: how long it takes until a row of the part is sent.
    """
    turns: dict[tuple[str, ...], float | None] = {}
    found: list[tuple[float, int]] = []
    for number in sorted(left):
        rows, zones = parts[number]
        if zones not in turns:
            turns[zones] = _turn(open_in(zones), now, rows * seconds_a_row)
            if turns[zones] == now:
                return now, number
            found += [(at, number)] if (at := turns[zones]) is not None else []
    return min(found, default=None)


def _turn(those: Sequence[Window], now: float, lasts_s: float) -> float | None:
    if not is_open(those, now):
        return next_opening(those, now)
    return now if is_open(those, now + lasts_s) else next_opening(those, now + lasts_s)
