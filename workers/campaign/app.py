"""A step of a campaign: the next part of its rows goes into the queue of bulk commands.

The state machine asks again and again, and waits in between as long as it's told. Whether to go on at all is
read each time, so that a campaign that is paused or cancelled stops within a part. A part is noted once all
of it is queued: what was cut off in between queues it again, and `outbound` carries each command out once.
"""

import functools
import json
import math
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypedDict

from switchboard import telemetry
from switchboard.aws import bucket, queues
from switchboard.environment import required
from switchboard.reach import campaigns, pace, turns
from switchboard.reach.campaigns import State

Command = dict[str, Any]

# The next part comes while there is something left of this one, so that the queue never runs dry.
SHARE_WAITED_FOR = 0.75
LONGEST_WAIT_S = 600


class Step(TypedDict):
    """What the state machine is told, and gives back the next time.

    Attributes:
        campaign: its id.
        run: which run of it this is.
        busy: how many times in a row the queue was full.
        ended: whether there is nothing more to do.
        wait_s: how long to wait otherwise.
    """

    campaign: str
    run: int
    busy: int
    ended: bool
    wait_s: int


class FullError(Exception):
    """There is enough in the queue, for so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class NeverOpenError(Exception):
    """What is left of a campaign has no time at which it may reach its people."""


def lambda_handler(asked: Mapping[str, Any], _context: object = None) -> Step:
    """Queue the next part of a campaign, unless it is to wait, or to end."""
    campaign, run, busy = str(asked["campaign"]), int(asked["run"]), int(asked.get("busy", 0))
    told: Step = {"campaign": campaign, "run": run, "busy": 0, "ended": False, "wait_s": 0}
    try:
        wait_s = step(campaign, run)
    except FullError as full:
        # Each time twice as long: it may be that Vonage is out of service, and each step is kept.
        return {**told, "busy": busy + 1, "wait_s": min(full.seconds * 2**busy, LONGEST_WAIT_S)}
    return {**told, "ended": wait_s is None, "wait_s": wait_s or 0}


def step(campaign: str, run: int) -> int | None:
    """Do what comes next; gives the seconds until the step after it, None when that was the last.

    Raises:
        FullError: the queue is, and is to be waited for.
        NeverOpenError: nobody who is left can ever be reached.
        AwsError: it isn't certain, and is to be done again.
    """
    facts: dict[str, object] = {"campaign": campaign, "run": run}
    state = campaigns.read(campaign)
    if state is not None and state.progress == "done" and state.run == run:
        tell_done(campaign, state)  # the step that ended it may have been cut off before it could
    if state is None or state.progress != "running" or state.run != run:
        telemetry.outcome("Stopped", "campaign", "INFO", **facts)
        return None
    summary = campaigns.summary(read(campaigns.summary_key(campaign, state.hash)))
    left = [number for number in range(len(summary["parts"])) if number not in state.queued]
    if not left:
        if done := campaigns.mark(campaign, "done", state):
            tell_done(campaign, done)
        telemetry.outcome("Done", "campaign", "INFO", **facts)
        return None
    commands = read_part(campaign, state, left[0])
    if not commands:  # all of it was erased
        campaigns.queued(campaign, state.hash, left[0])
        return 1
    command = commands[0]
    if (waiting := queues.bulk_waiting()) >= campaigns.ROWS_A_PART:
        telemetry.outcome("Busy", "campaign", "INFO", **facts, waiting=waiting)
        raise FullError(seconds(waiting, command))
    now, most = time.time(), pace.most_per_second(command)
    # What is waiting already goes first: it's fewer than a part has.
    quiet = turns.quiet_for(command, os.environ.get("SWITCHBOARD_QUIET_HOURS", ""))
    open_in = functools.partial(turns.windows, summary["window"], quiet=quiet)
    turn = turns.first(summary["parts"], left, open_in, now, 2 / most if most else 0)
    if turn is None:
        raise NeverOpenError
    opens_at, number = turn
    if opens_at > now:
        telemetry.outcome("Closed", "campaign", "INFO", **facts)
        return math.ceil(opens_at - now)
    commands = read_part(campaign, state, number)
    queues.put_bulk(commands)
    campaigns.queued(campaign, state.hash, number)
    telemetry.outcome("Queued", "campaign", "INFO", None, len(commands), **facts, part=number)
    return seconds(len(commands), command, summary["per_second"])


def tell_done(campaign: str, state: State) -> None:
    """Say that all of a campaign is queued; twice is once.

    Raises:
        AwsError: it isn't said, as far as we know.
    """
    summary = campaigns.summary(read(campaigns.summary_key(campaign, state.hash)))
    rows = sum(part.rows for part in summary["parts"])
    told = {"campaign": campaign, "hash": state.hash, "recipients": rows, "invalid": summary["invalid"]}
    told["timestamp"] = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    queues.announce("campaign.done", f"{campaign}\n{state.run}\ndone", campaign, told)


def read_part(campaign: str, state: State, number: int) -> list[Command]:
    """The commands of a part, without those of rows that were erased."""
    rows = map(json.loads, read(campaigns.part_key(campaign, state.hash, number)).splitlines())
    return [row["command"] for row in rows if "erased" not in row]


def seconds(rows: int, command: Command, wished: float = 0) -> int:
    """How long to wait after so many commands: whole seconds, as Step Functions does.

    Args:
        rows: how many are in the queue.
        command: one of them.
        wished: how many a second are wished for, 0 for as many as go.
    """
    most = pace.most_per_second(command)
    gone = SHARE_WAITED_FOR * rows / most if most else 0
    return max(1, int(gone), math.ceil(rows / wished) if wished else 0)


def read(key: str) -> bytes:
    """What `make campaign` has put into the bucket."""
    found = bucket.client().get_object(Bucket=required("SWITCHBOARD_CAMPAIGN_BUCKET"), Key=key)
    return found["Body"].read()
