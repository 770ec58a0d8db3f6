"""When people may be reached, and whose turn that makes it in a campaign: the first part that has the time.

Nothing is queued that would still be waiting when its window closes. Where nobody may be reached for so long,
the next turn is at the first opening that lasts.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from switchboard.reach.hours import hours, outside
from switchboard.reach.windows import Window, next_opening
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
    waiting: int = 0,
) -> tuple[float, int] | None:
    """When the next turn is, as a Unix time, and whose; None if there is none, or not for months.

    A part needs the time to send it twice, as others may come before it; now, also what is waiting does.

    Args:
        parts: all of a campaign.
        left: the numbers of those that are to be queued.
        open_in: gives the windows of people who may be in these time zones.
        now: a Unix time.
        seconds_a_row: how long it takes to send one.
        waiting: how many others there are to be sent now.
    """
    turns: dict[Part, float | None] = {}
    found: list[tuple[float, int]] = []
    for number in sorted(left):
        part = parts[number]
        if part not in turns:
            turns[part] = _turn(part, open_in(part.zones), now, seconds_a_row, waiting)
            if turns[part] == now:
                return now, number
            found += [(at, number)] if (at := turns[part]) is not None else []
    return min(found, default=None)


def _turn(
    part: Part, those: Sequence[Window], now: float, seconds_a_row: float, waiting: int
) -> float | None:
    lasts_s, more_s = 2 * part.rows * seconds_a_row, max(0, waiting - part.rows) * seconds_a_row
    at = next_opening(those, now, lasts_s)
    is_now = at == now and next_opening(those, now, lasts_s + more_s) == now
    return now + more_s if at == now and not is_now else at
