"""Words of our own beside a command's `detail`; on the bus they stand in it, and Vonage never sees them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, NotRequired, Required

from switchboard.wire.typed import Between, Characters, Items, Matches, TypedDict
from switchboard.wire.violations import Violation

# Where they are, on the bus.
MARKS = ("pace", "purpose", "at", "after", "window", "ladder")

# The commands that reach somebody; only they have a window.
REACHING = ("messages.send", "voice.call")

CommandId = Annotated[str, Characters(1, 100)]
# In no hurry: one of many, which let everything else go before them.
Pace = Literal["bulk"]
# Why the stack refuses some of it.
BULK_FAILOVER = (
    "Bulk takes no failover: Vonage would send it later, also after an opt-out. "
    "Send the next message yourself, by what becomes of this one."
)
# Asked for by whom it is for, such as a receipt: it is sent to somebody who has opted out, too.
Purpose = Literal["transactional"]
# One of several tries to reach somebody, with the senders of all: who has opted out of one of them doesn't
# get it, and once it's refused it stays so, since the next try has followed.
Ladder = Annotated[list[Annotated[str, Characters(0, 100)]], Items(1, 10)]

LONGEST_S = 366 * 86_400

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_HOURS = rf"(?:{_DAY}(?:-{_DAY})? )?{_TIME}-(?:{_TIME}|24:00)"

At = Annotated[
    str,
    Matches(
        rf"{_DATE}T{_TIME}(?::[0-5][0-9](?:\.[0-9]{{1,6}})?)?(?:Z|[+-]{_TIME})",
        "a time with its offset, as in 2026-12-24T18:00:00+01:00",
    ),
]
After = Annotated[int, Between(0, LONGEST_S)]
Date = Annotated[str, Matches(_DATE, "a date, as in 2026-12-25")]
Hours = Annotated[
    str, Matches(rf"{_HOURS}(?:, ?{_HOURS})*", "hours, as in Mon-Fri 09:00-20:00, Sat 10:00-16:00")
]


class Window(TypedDict, total=False):
    """When whom it is for may be reached, by their clock: of the time zone, the country or their number."""

    hours: Required[Hours]
    zone: Annotated[str, Characters(1, 64)]
    country: Annotated[str, Matches("[A-Z]{2}", "a country, as in GB")]
    without: Annotated[list[Date], Items(1, 400)]


class Timed(TypedDict):
    """`at` or `after` so many seconds: not before."""

    id: NotRequired[CommandId]
    at: NotRequired[At]
    after: NotRequired[After]


class Reaching(Timed):
    """What reaches somebody."""

    pace: NotRequired[Pace]
    purpose: NotRequired[Purpose]
    window: NotRequired[Window]
    ladder: NotRequired[Ladder]


def broken_mark_rules(command: Mapping[str, Any]) -> Iterator[Violation]:
    """How what a command says of its time breaks a rule."""
    if "at" in command and "after" in command:
        yield Violation("broken", "at", rule="at and after are both given; it must be one of them")
    window = command.get("window", {}) if command["name"] in REACHING else {}
    days = {f"window.without[{index}]": day for index, day in enumerate(window.get("without", []))}
    for field, text in {"at": command.get("at", "2026-01-01"), **days}.items():
        if not _is_moment(text):
            yield Violation("broken", field, rule=f'{field} is "{text}"; there is no such day')
    if "zone" in window and not is_zone(window["zone"]):
        rule = f'window.zone is "{window["zone"]}"; it must be a time zone, as in Europe/London'
        yield Violation("broken", "window.zone", rule=rule)
    if "zone" in window and "country" in window:
        rule = "window.zone and window.country are both given; it must be one of them"
        yield Violation("broken", "window.zone", rule=rule)


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name, on every machine: all of them begin with a capital.

    A Mac takes `europe/london`, too, and many machines have a `localtime` of their own; Lambda takes neither.
    """
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder's name, a path, none at all
        return False
    return name[:1].isupper()
