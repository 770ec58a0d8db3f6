"""A campaign that runs, as one step finds it: which part is next, or which is looked at again.

Parts are queued in the order in which their windows open. With a ladder, a part is looked at again until
nobody in it has another try. That goes before the first tries of other parts, since the ladder says when.
"""

import functools
import json
import math
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from switchboard import telemetry
from switchboard.aws import bucket, queues
from switchboard.campaigns import visits
from switchboard.environment import required
from switchboard.reach import campaigns, pace, turns
from switchboard.reach.campaigns import State, Summary
from switchboard.reach.turns import Part

Command = dict[str, Any]
Row = dict[str, Any]

# The next part comes while there is something left of this one, so that the queue never runs dry.
SHARE_WAITED_FOR = 0.75
# Of a step, so that a campaign that's paused or cancelled stops soon; a single look may take longer.
LONGEST_LOOK_S = 22


class FullError(Exception):
    """There is enough in the queue, for so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class NeverOpenError(Exception):
    """A campaign has no time left at which it may reach anybody, or not for as long as it takes."""


class Running:
    """A campaign that runs, as one step finds it.

    Attributes:
        left: the numbers of the parts that aren't queued yet.
        looks: when each other part is looked at again, in Unix time, unless nothing can follow in it.
    """

    def __init__(self, campaign: str, state: State) -> None:
        self._campaign = campaign
        self._state = state
        self._summary = read_summary(campaign, state)
        self._now = time.time()
        self._facts: dict[str, object] = {"campaign": campaign, "run": state.run}
        self.left = [number for number in range(len(self._summary["parts"])) if number not in state.queued]
        self.looks = dict(state.looks)
        self._waiting = 0
        self._parts: dict[int, list[Row]] = {}

    def due(self) -> list[int]:
        """The parts that are to be looked at now, the longest overdue first."""
        looks = sorted((at, number) for number, at in self.looks.items() if at <= self._now)
        return [number for _, number in looks]

    def until_a_look(self) -> int:
        """The seconds until there is one."""
        return self._until(self.looks.values())

    def wait_while_full(self, number: int) -> None:
        """Let the queue run down before more of a part goes into it."""
        self._waiting = queues.bulk_waiting()
        if self._waiting >= campaigns.ROWS_A_PART:
            telemetry.outcome("Busy", "campaign", "INFO", **self._facts, waiting=self._waiting)
            raise FullError(seconds(self._waiting, [row["command"] for row in self._rows(number)[:1]]))

    def go_on(self) -> int:
        """Queue the next part's first tries; gives the seconds to wait then."""
        if not self.left:
            return self.until_a_look()
        commands = [row["command"] for row in self._rows(self.left[0])]
        if not commands:  # all of it was erased
            campaigns.queued(self._campaign, self._state.hash, self.left[0])
            return 1
        opens_at, number = self._turn(self._summary["parts"], self.left, commands[:1])
        if opens_at > self._now:
            telemetry.outcome("Closed", "campaign", "INFO", **self._facts)
            return self._until([opens_at, *self.looks.values()])
        commands = [row["command"] for row in self._rows(number)]
        wait_s = self._queue(commands, number)
        look_at = self._rounded(self._now + wait_s) if self._summary["ladder"] else None
        campaigns.queued(self._campaign, self._state.hash, number, look_at)
        return wait_s

    def look_again(self, due: Sequence[int]) -> int | None:
        """Queue the tries that are due in parts; gives the seconds to wait if there are any."""
        wait_s, room, until = 0, campaigns.ROWS_A_PART, time.monotonic() + LONGEST_LOOK_S
        for number in due:
            began = time.monotonic()
            rows, ladder = self._rows(number), self._summary["ladder"]
            visit = visits.visit(self._campaign, rows, ladder, self._now, self._gap_s)
            if len(visit.due) > room:
                break
            look_at = self._rounded(visit.look_at) if visit.look_at is not None else None
            if visit.due:
                parts = [Part(len(visit.due), self._summary["parts"][number].zones)]
                opens_at, _ = self._turn(parts, [0], visit.due)
                look_at = math.ceil(opens_at)  # nobody in it can be reached before, or perhaps long after
                if opens_at <= self._now:
                    room -= len(visit.due)
                    wait_s += self._queue(visit.due, number)
                    look_at = self._rounded(self._now + max(self._gap_s, wait_s))
            self._note(number, look_at)
            if 2 * time.monotonic() - began > until:
                break  # another one would take as long
        return wait_s or None

    def _until(self, moments: Iterable[float]) -> int:
        """The seconds until the first of these; a second where that is over, or there is none."""
        return max(1, math.ceil(min(moments, default=0) - self._now))

    def _queue(self, commands: Sequence[Command], number: int) -> int:
        queues.put_bulk(commands)
        self._waiting += len(commands)
        telemetry.outcome("Queued", "campaign", "INFO", None, len(commands), **self._facts, part=number)
        return seconds(len(commands), commands, self._summary["per_second"])

    def _turn(
        self, parts: Sequence[Part], left: Sequence[int], commands: Sequence[Command]
    ) -> tuple[float, int]:
        """When the next turn is, and whose; what is waiting already goes first.

        Who alone can be reached at no time any more has it at once: `outbound` refuses their commands and
        says why. If that is so for everybody, nothing is queued, as the stack's quiet hours may be put right;
        nor if there is a time, and it's too short, as the pace may be.
        """
        quiet = turns.quiet_for(commands[0], os.environ.get("SWITCHBOARD_QUIET_HOURS", ""))
        open_in = functools.partial(turns.windows, self._summary["window"], quiet=quiet)
        others, all_parts = self._steps if self._summary["ladder"] else [], self._summary["parts"]
        most = slowest([*commands, *others])  # what is waiting may be of any step
        seconds_a_row = 1 / most if most else 0
        if turn := turns.first(parts, left, open_in, self._now, seconds_a_row, self._waiting):
            return turn
        is_short = turns.first(parts, left, open_in, self._now, 0)
        if is_short or not turns.first(all_parts, range(len(all_parts)), open_in, self._now, seconds_a_row):
            raise NeverOpenError
        return self._now, left[0]

    def _note(self, number: int, look_at: int | None) -> None:
        """Note when a part is looked at next."""
        del self.looks[number]
        if look_at is not None:
            self.looks[number] = look_at
        campaigns.look(self._campaign, self._state.hash, number, look_at)

    def _rounded(self, moment: float) -> int:
        """When several parts are looked at at once, so that they need few steps."""
        return math.ceil(math.ceil(moment / self._gap_s) * self._gap_s)

    @functools.cached_property
    def _gap_s(self) -> float:
        rows = sum(part.rows for part in self._summary["parts"])
        sending_s = seconds(rows, self._steps, self._summary["per_second"])
        return visits.gap(self._summary["ladder"], rows, sending_s)

    @functools.cached_property
    def _steps(self) -> list[Command]:
        """What somebody is sent, at each step; nothing if everybody was erased."""
        rows = (row for number in range(len(self._summary["parts"])) for row in self._rows(number))
        return next(([row["command"], *row.get("then", ())] for row in rows), [])

    def _rows(self, number: int) -> list[Row]:
        """The rows of a part, without those that were erased."""
        if number not in self._parts:
            lines = _read(campaigns.part_key(self._campaign, self._state.hash, number)).splitlines()
            rows = map(json.loads, lines)
            self._parts[number] = [row for row in rows if "erased" not in row]
        return self._parts[number]


def seconds(rows: int, commands: Sequence[Command], wished: float = 0) -> int:
    """How long to wait after so many commands: whole seconds, as Step Functions does.

    Args:
        rows: how many are in the queue.
        commands: some of them.
        wished: how many a second are wished for, 0 for as many as go.
    """
    most = slowest(commands)
    gone = SHARE_WAITED_FOR * rows / most if most else 0
    return max(1, int(gone), math.ceil(rows / wished) if wished else 0)


def slowest(commands: Sequence[Mapping[str, Any]]) -> float:
    """How many commands such as these go out in a second at least; 0 without limit."""
    return min(filter(None, map(pace.most_per_second, commands)), default=0)


def read_summary(campaign: str, state: State) -> Summary:
    """What a campaign consists of."""
    return campaigns.summary(_read(campaigns.summary_key(campaign, state.hash)))


def _read(key: str) -> bytes:
    """What was put into the bucket when it was started."""
    found = bucket.client().get_object(Bucket=required("SWITCHBOARD_CAMPAIGN_BUCKET"), Key=key)
    return found["Body"].read()
