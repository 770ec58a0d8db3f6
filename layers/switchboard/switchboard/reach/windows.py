"""When somebody may be reached: hours of the week by their own clock, and days without.

A window is of one time zone. Whoever may be in several has several windows, and is reached while all of them
are open; so are quiet hours beside a window of a command's own. All of them close a minute early, as what
begins at the last moment arrives after it. Everything is in terms of a Unix time that is given.

No change of clocks goes wrong, since each moment is looked at by its wall clock: hours that begin at 02:30
begin at 03:00 on the day without one, and those from 01:30 to 02:00 come twice on the day with two.
"""

import bisect
import functools
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from switchboard.reach.hours import MIDNIGHT, Hours

CLOSES_EARLY_S = 60
# Whoever cannot be reached for that long never will be, as far as anybody waits.
_FURTHEST = timedelta(days=60)


class Window(NamedTuple):
    """When something may reach somebody, by one clock.

    Attributes:
        hours: of the week.
        zone: the time zone, as in `Europe/London`.
        without: days on which it stays closed, such as holidays.
    """

    hours: Hours
    zone: str
    without: frozenset[date] = frozenset()


def next_opening(windows: Sequence[Window], now: float, lasts_s: float = 0) -> float | None:
    """The first moment from now on at which all of the windows are open; None if none comes in two months.

    Args:
        windows: all of one person.
        now: a Unix time.
        lasts_s: for how many seconds they have to stay open.
    """
    moment = begin = _at(now)
    lasts = min(timedelta(seconds=lasts_s), _FURTHEST)
    while True:
        if closed := next((each for each in windows if not _is_open(each, moment)), None):
            opening = _opening(closed, moment, begin + _FURTHEST)
            if opening is None:
                return None
            moment = opening
        elif lasts and (closings := _closings(windows, moment, moment + lasts)):
            moment = min(closings)
        else:
            return now if moment == begin else moment.timestamp()


def _is_open(window: Window, moment: datetime) -> bool:
    """Whether a window is open, and will be for a minute."""
    soon = moment + timedelta(seconds=CLOSES_EARLY_S)
    return _has(window, moment) and _has(window, soon)


def _has(window: Window, moment: datetime) -> bool:
    local = moment.astimezone(_zone(window.zone))
    minute = local.hour * 60 + local.minute
    within = any(opens <= minute < closes for opens, closes in window.hours[local.weekday()])
    return within and local.date() not in window.without


def _opening(window: Window, after: datetime, end: datetime) -> datetime | None:
    day = after.astimezone(_zone(window.zone)).date()
    while _local(day, 0, window.zone) <= end:
        for moment in sorted(_changes(window, day)):
            if moment >= after and _is_open(window, moment):
                return moment
        day += timedelta(days=1)
    return None


def _closings(windows: Sequence[Window], after: datetime, end: datetime) -> list[datetime]:
    return [at for each in windows if (at := _closing(each, after, end))]


def _closing(window: Window, after: datetime, end: datetime) -> datetime | None:
    """The first moment at which a window that is open closes; None if it does so later than that."""
    margin = timedelta(seconds=CLOSES_EARLY_S)
    day = after.astimezone(_zone(window.zone)).date()
    while _local(day, 0, window.zone) <= end + margin:
        for moment in sorted(_changes(window, day)):
            if after < moment <= end + margin and not _has(window, moment):
                return moment - margin
        day += timedelta(days=1)
    return None


def _changes(window: Window, day: date) -> Iterator[datetime]:
    """When a window may open or close on a day: as hours begin or end, at midnight, as the clock is set."""
    for minute in {minute for hours in window.hours[day.weekday()] for minute in hours} - {MIDNIGHT}:
        yield from (_local(day, minute, window.zone, fold) for fold in (0, 1))
    midnight, next_midnight = (_local(day + timedelta(days=n), 0, window.zone) for n in (0, 1))
    yield midnight
    if next_midnight - midnight != timedelta(days=1):
        yield _change(midnight, next_midnight, _zone(window.zone))


def _change(midnight: datetime, next_midnight: datetime, zone: ZoneInfo) -> datetime:
    """The minute of a day at which the clock is set."""
    before = midnight.astimezone(zone).utcoffset()
    minutes = range((next_midnight - midnight) // timedelta(minutes=1))

    def is_set(minute: int) -> bool:
        return (midnight + timedelta(minutes=minute)).astimezone(zone).utcoffset() != before

    return midnight + timedelta(minutes=bisect.bisect_left(minutes, 1, key=is_set))


def _local(day: date, minute: int, zone: str, fold: int = 0) -> datetime:
    hour, minute = divmod(minute, 60)
    wall = datetime(day.year, day.month, day.day, hour, minute, fold=fold, tzinfo=_zone(zone))
    return wall.astimezone(UTC)


def _at(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


@functools.cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
