"""When a command may be carried out: at its time, in its window, and bulk not in the stack's quiet hours.

It is looked at again whenever a command comes out of a queue. From there to Vonage it takes half a minute at
most, which is how long the function may run, and a window closes a minute early: so nothing is sent outside.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from switchboard.errors import BarredError, SettingError
from switchboard.outbound.reach import reached
from switchboard.reach import zones
from switchboard.reach.turns import quiet_for, windows
from switchboard.reach.windows import Window, next_opening
from switchboard.wire.judge.judgement import judge_command
from switchboard.wire.reach.marks import LONGEST_S, REACHING
from switchboard.wire.reach.marks import Window as Asked

Json = Mapping[str, Any]

_SETTING = "SWITCHBOARD_QUIET_HOURS"


def asked_for(command: Json, sent_at: float) -> float:
    """The Unix time before which a valid command is not to be carried out; 0 if it says nothing.

    Args:
        command: as it came.
        sent_at: when it was put in its queue, from which `after` counts.
    """
    read = judge_command(command).value if "at" in command or "after" in command else {}
    if "at" in read:
        return datetime.fromisoformat(read["at"]).timestamp()
    return sent_at + read["after"] if "after" in read else 0


def due(command: Json, earliest: float, now: float) -> float:
    """When a valid command is to be carried out: now, or later.

    Args:
        command: as it came.
        earliest: the Unix time before which it isn't to be.
        now: another one.

    Raises:
        BarredError: that is too far off, or never, or nobody can tell.
        SettingError: the stack's quiet hours can't be read.
    """
    if earliest > now + LONGEST_S:
        raise BarredError("at is more than a year off. Send the command later.")
    moment = max(earliest, now)
    opening = next_opening(_windows(command), moment)
    if opening is None:
        raise BarredError(
            "Its window and the stack's quiet hours leave no time at which it is day in all time zones that "
            "the person may be in. Give the window a zone or a country, or longer hours."
        )
    return opening


def _windows(command: Json) -> Sequence[Window]:
    if command["name"] not in REACHING:
        return []
    asked = cast(Asked | None, command.get("window"))
    quiet = quiet_for(command, os.environ.get(_SETTING, ""))
    if not asked and not quiet:
        return []
    there = zones_of(command)
    if asked and not there:
        raise BarredError(
            "Nobody knows the time zone of whom it is for. Give the window a zone or a country."
        )
    try:
        wanted = windows(asked, there)
    except ValueError as error:
        raise BarredError(f"window.hours: {error}.") from error
    try:
        return wanted + windows(None, there, quiet=quiet)
    except ValueError as error:
        raise SettingError(f"{_SETTING}: {error}.") from error


def zones_of(command: Json) -> tuple[str, ...]:
    """The time zones in which whoever a valid command is for may be; none if nobody knows."""
    found = [each.number for each in reached(command) if not each.field.startswith("detail.ncco")]
    return zones.of_person(command.get("window"), filter(None, found))


def shown(moment: float) -> str:
    """A Unix time as commands have it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
