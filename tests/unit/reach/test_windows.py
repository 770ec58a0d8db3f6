"""Whoever is to be reached in hours of their own clock is never reached outside of them."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from switchboard.reach.hours import hours, outside
from switchboard.reach.windows import Window, next_opening


def at(text: str) -> float:
    """The Unix time of a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def shown(moment: float | None) -> str:
    return "never" if moment is None else datetime.fromtimestamp(moment, UTC).isoformat(" ", "minutes")[:16]


def opening(now: str, *windows: Window) -> str:
    return shown(next_opening(windows, at(now)))


OFFICE = hours("Mon-Fri 09:00-20:00, Sat 10:00-16:00")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-12-04 08:59", "2026-12-04 09:00"),  # a Friday
        ("2026-12-04 09:00", "2026-12-04 09:00"),
        ("2026-12-04 19:58:59", "2026-12-04 19:58"),
        ("2026-12-04 19:59:01", "2026-12-05 10:00"),  # closes a minute early
        ("2026-12-05 16:30", "2026-12-07 09:00"),
    ],
)
def test_what_comes_outside_the_hours_waits_for_the_next_ones(now: str, expected: str) -> None:
    assert opening(now, Window(OFFICE, "Europe/London")) == expected


def test_what_comes_within_the_hours_waits_for_nothing_however_exactly_its_time_is_known() -> None:
    now = at("2026-12-04 12:00") + 0.1234567

    assert next_opening([Window(OFFICE, "UTC")], now) == now
    assert next_opening([], now) == now


def test_a_day_without_is_one_of_the_recipients_own_calendar() -> None:
    window = Window(OFFICE, "Australia/Sydney", frozenset({date(2026, 12, 25)}))

    assert opening("2026-12-24 08:30", window) == "2026-12-24 08:30"  # 19:30 there
    assert opening("2026-12-24 22:30", window) == "2026-12-25 23:00"  # Friday there until 13:00


def test_who_may_be_in_several_zones_is_reached_while_it_is_day_in_all() -> None:
    coasts = [Window(hours("09:00-20:00"), f"America/{city}") for city in ("New_York", "Los_Angeles")]

    assert opening("2026-12-04 14:00", *coasts) == "2026-12-04 17:00"
    assert opening("2026-12-05 00:58", *coasts) == "2026-12-05 00:58"
    assert opening("2026-12-05 00:59:30", *coasts) == "2026-12-05 17:00"


def test_hours_that_never_meet_have_no_opening() -> None:
    apart = [Window(hours("09:00-11:00"), zone) for zone in ("Europe/London", "Asia/Tokyo")]

    assert opening("2026-12-04 14:00", *apart) == "never"


def test_hours_over_midnight_end_the_day_after_and_have_no_hole() -> None:
    night = Window(hours("Fri 22:00-02:00"), "UTC")

    assert next_opening([night], at("2026-12-04 23:59:30")) == at("2026-12-04 23:59:30")
    assert [opening(f"2026-12-{now}", night) for now in ("05 01:30", "05 02:00", "04 21:00")] == [
        "2026-12-05 01:30", "2026-12-11 22:00", "2026-12-04 22:00",
    ]  # fmt: skip


def test_quiet_hours_leave_the_rest_of_the_day() -> None:
    assert outside(hours("21:00-08:00")) == hours("08:00-21:00")
    assert outside(hours("13:00-14:00")) == hours("00:00-13:00, 14:00-24:00")
    assert outside(hours("Sun 00:00-24:00"))[5:] == (((0, 1440),), ())


def test_hours_that_begin_at_a_time_the_day_has_not_begin_when_clocks_are_set() -> None:
    window = Window(hours("02:30-05:00"), "America/New_York")

    assert opening("2027-03-14 05:00", window) == "2027-03-14 07:00"  # 03:00 there; there is no 02:30
    assert opening("2027-03-13 05:00", window) == "2027-03-13 07:30"


def test_hours_that_the_day_has_twice_come_twice() -> None:
    window = Window(hours("01:30-02:00"), "America/New_York")

    assert opening("2026-11-01 05:00", window) == "2026-11-01 05:30"
    assert opening("2026-11-01 06:00", window) == "2026-11-01 06:30"
    assert opening("2026-11-01 07:00", window) == "2026-11-02 06:30"


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/London", "2026-03-29"),
        ("Europe/London", "2026-10-25"),
        ("Africa/Cairo", "2026-04-24"),  # no 00:00 to 01:00
        ("Africa/Cairo", "2026-10-30"),  # 23:00 to 24:00 twice
        ("Australia/Lord_Howe", "2026-10-04"),  # by half an hour
    ],
)
@pytest.mark.parametrize("text", ["00:30-01:30", "01:00-01:59, 02:15-02:45", "23:30-00:15", "09:00-20:00"])
def test_the_next_opening_is_the_first_minute_from_which_the_wall_clock_is_within(
    zone: str, day: str, text: str
) -> None:
    window = Window(hours(text), zone)
    begin = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=15)
    minutes = [begin + timedelta(minutes=each) for each in range(48 * 60)]
    within = [is_within(text, minute.astimezone(ZoneInfo(zone))) for minute in minutes]
    opens = [now and soon for now, soon in pairwise(within)]

    for lasts in (1, 20, 40):
        long = [all(opens[each : each + lasts]) for each in range(len(opens) - lasts)]
        for start in range(0, 20 * 60, 53):
            first = minutes[long.index(True, start)]
            assert next_opening([window], minutes[start].timestamp(), 60 * (lasts - 1)) == first.timestamp()


@pytest.mark.parametrize(
    ("minutes", "first"), [(0, "12-04 09:50"), (8, "12-04 09:50"), (9, "12-04 10:30"), (89, "12-05 09:00")]
)
def test_an_opening_is_as_long_as_it_has_to_be(minutes: int, first: str) -> None:
    """From one until the other, not over the break; on a Saturday nobody has another one."""
    windows = [Window(hours("Mon-Fri 09:00-10:00, 10:30-12:00, Sat 09:00-15:00"), "UTC")]

    assert shown(next_opening(windows, at("2026-12-04 09:50"), 60 * minutes)) == f"2026-{first}"
    assert next_opening(windows, at("2026-12-04 09:50"), 6 * 3600) is None


def is_within(text: str, local: datetime) -> bool:
    now = f"{local:%H:%M}"
    pairs = [entry.strip().split("-") for entry in text.split(",")]
    return any(a <= now < b if a < b else now >= a or now < b for a, b in pairs)


@pytest.mark.parametrize(
    "text",
    ["", "9-20", "09:00", "25:00-26:00", "09:00-24:30", "09:00-09:00", "Mo 09:00-10:00", "٠٩:00-10:00"],
)
def test_hours_written_otherwise_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="hours"):
        hours(text)
