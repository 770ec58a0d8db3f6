"""Hours of a week, as people write them: `09:00-20:00`, or `Mon-Fri 09:00-20:00, Sat 10:00-16:00`."""

import re
from collections.abc import Iterator, Sequence

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = "|".join(_DAYS)
_HOURS = re.compile(
    rf"(?:(?P<first>{_DAY})(?:-(?P<last>{_DAY}))? )?"
    r"(?P<opens>[01]\d|2[0-3]):(?P<past>[0-5]\d)-(?P<closes>[01]\d|2[0-4]):(?P<after>[0-5]\d)",
    re.ASCII,
)
MIDNIGHT = 24 * 60

# For each weekday from Monday, from which minute of the day until before which.
Hours = tuple[tuple[tuple[int, int], ...], ...]


def hours(text: str) -> Hours:
    """Hours from text; without days those of every day. What closes before it opens closes the day after.

    Raises:
        ValueError: they are written otherwise.
    """
    week: list[list[tuple[int, int]]] = [[] for _ in _DAYS]
    for entry in text.split(","):
        days, opens, closes = _entry(entry.strip())
        for day in days:
            if opens < closes:
                week[day].append((opens, closes))
                continue
            week[day].append((opens, MIDNIGHT))
            if closes:
                week[(day + 1) % 7].append((0, closes))
    return tuple(tuple(sorted(day)) for day in week)


def outside(quiet: Hours) -> Hours:
    """What quiet hours leave of the week."""
    return tuple(tuple(_between(day)) for day in quiet)


def _entry(text: str) -> tuple[Iterator[int], int, int]:
    """The weekdays, and the minutes of opening and closing."""
    found = _HOURS.fullmatch(text)
    if not found:
        raise ValueError(f"{text[:40]!r} isn't hours as in Mon-Fri 09:00-20:00")
    opens = int(found["opens"]) * 60 + int(found["past"])
    closes = int(found["closes"]) * 60 + int(found["after"])
    if closes > MIDNIGHT or opens == closes:
        raise ValueError(f"the hours {text[:40]!r} begin and end at once, or end after 24:00")
    first, last = found["first"], found["last"]
    if not first:
        return iter(range(7)), opens, closes
    begin = _DAYS.index(first)
    count = (_DAYS.index(last) - begin) % 7 + 1 if last else 1
    return ((begin + each) % 7 for each in range(count)), opens, closes


def _between(taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    free_from = 0
    for begin, end in taken:
        if free_from < begin:
            yield free_from, begin
        free_from = max(free_from, end)
    if free_from < MIDNIGHT:
        yield free_from, MIDNIGHT
