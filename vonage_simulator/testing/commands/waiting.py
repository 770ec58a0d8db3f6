"""Commands that wait for their time, as long as it takes in simulated time, and those that were cancelled.

When that is, is what the outbound function says of a command's `at`, `after` and `window`, and of the stack's
quiet hours. It is part of the package `switchboard`, which whoever gives such commands has; the simulator by
itself does without.
"""

import re
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from vonage_simulator.types import Json

CANCELLED: Json = {"reason": "It was cancelled.", "cancelled": True}
# What may have a command wait: without any of these it is judged no further.
_TIMED = {"at", "after", "window", "pace"}
# Not worth waiting for, as on a stack.
_SOON_S = 1
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHOWN = re.compile(rf"(?:(?P<day>{'|'.join(_DAYS)}) )?(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])")


class NeverError(Exception):
    """The command can never be carried out."""


class Wait(NamedTuple):
    """A command that waits, and for which moment of simulated time."""

    due: datetime
    command: Json


class Waiting:
    """What is known of commands by their ids: that they wait, are cancelled, or what became of them."""

    def __init__(self) -> None:
        self._waits: dict[str, Wait] = {}
        self._cancelled: dict[str, str] = {}
        self._outcomes: dict[str, str] = {}

    def begins(self, command: Json, now: datetime) -> float:
        """How many seconds a valid command waits from now, at which it comes back; 0 for one that doesn't.

        Raises:
            NeverError: it would wait for ever, or for too long.
            SettingError: the stack's quiet hours can't be read.
        """
        if not command.keys() & _TIMED or command["id"] in self._cancelled:
            return 0
        from switchboard.errors import BarredError
        from switchboard.outbound import timing

        at = now.timestamp()
        try:
            due = timing.due(command, timing.asked_for(command, at), at)
        except BarredError as barred:
            raise NeverError(str(barred)) from barred
        if due - at <= _SOON_S:
            return 0
        self._waits[command["id"]] = Wait(datetime.fromtimestamp(due, UTC), command)
        return due - at

    def comes_back(self, command_id: str) -> Json | None:
        """A command whose time has come, without its time; None if it was cancelled meanwhile."""
        if command_id not in self._waits:
            return None
        command = self._waits.pop(command_id).command
        return {name: value for name, value in command.items() if name not in ("at", "after")}

    def is_cancelled(self, command_id: str) -> bool:
        """Whether a command isn't to be carried out."""
        return command_id in self._cancelled

    def ended(self, command_id: str, outcome: str) -> None:
        """Remember what became of a command."""
        self._outcomes[command_id] = outcome

    def cancel(self, command_id: str) -> tuple[Json, Json | None]:
        """Cancel a command: what is known of it, with the `reason` why not, and the command if it waited."""
        if found := self._cancelled.get(command_id):
            return {"found": found}, None
        if outcome := self._outcomes.get(command_id):
            return {"reason": f"It was already carried out: {outcome}.", "found": outcome}, None
        waited = self._waits.pop(command_id, None)
        self._cancelled[command_id] = found = "waiting" if waited else "unknown"
        return {"found": found}, waited and waited.command

    def all(self) -> list[Wait]:
        """What waits, the next one first."""
        return sorted(self._waits.values(), key=lambda each: each.due)


def seconds_until(clock: str, zone: str, now: datetime) -> float:
    """How long it is until clocks show a time the next time.

    Args:
        clock: `09:00`, or `Mon 09:00`.
        zone: the time zone of the clocks, as in `Europe/London`.
        now: aware.

    Raises:
        ValueError: `clock` is written otherwise.
    """
    shown = _SHOWN.fullmatch(clock)
    if not shown:
        raise ValueError(f"{clock!r} isn't a time as in 09:00 or Mon 09:00")
    local = now.astimezone(ZoneInfo(zone))
    day, wanted = shown["day"], time(int(shown["hour"]), int(shown["minute"]), tzinfo=local.tzinfo)
    moments = (datetime.combine(local.date() + timedelta(days=each), wanted) for each in range(9))
    return next(
        (then - now).total_seconds()
        for then in moments
        if then > now and (not day or _DAYS[then.weekday()] == day)
    )
