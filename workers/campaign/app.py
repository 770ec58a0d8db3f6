"""A step of a campaign: the next part of its rows goes into the queue of bulk commands.

The state machine asks again and again, and waits in between as long as it's told. Whether to go on at all is
read each time, so that a campaign that is paused or cancelled stops within a part. A part is noted once all
of it is queued: what was cut off in between queues it again, and `outbound` carries each command out once.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypedDict

from switchboard import telemetry
from switchboard.aws import queues
from switchboard.campaigns.running import FullError, Running, read_summary
from switchboard.reach import campaigns
from switchboard.reach.campaigns import State

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
        NeverOpenError: nobody whom it's for can ever be reached.
        AwsError: it isn't certain, and is to be done again.
    """
    state = campaigns.read(campaign)
    if state is not None and state.progress == "done" and state.run == run:
        tell_done(campaign, state)  # the step that ended it may have been cut off before it could
    if state is None or state.progress != "running" or state.run != run:
        telemetry.outcome("Stopped", "campaign", "INFO", campaign=campaign, run=run)
        return None
    running = Running(campaign, state)
    if not running.left and not running.looks:
        done = campaigns.mark(campaign, "done", state)
        if not done:
            return 1  # it was paused at this moment, or is done, and AWS's first reply was lost
        tell_done(campaign, done)
        telemetry.outcome("Done", "campaign", "INFO", campaign=campaign, run=run)
        return None
    due = running.due()
    if not running.left and not due:
        return running.until_a_look()
    running.wait_while_full((due or running.left)[0])
    return (running.look_again(due) if due else None) or running.go_on()


def tell_done(campaign: str, state: State) -> None:
    """Say that all of a campaign is queued; twice is once.

    Raises:
        AwsError: it isn't said, as far as we know.
    """
    summary = read_summary(campaign, state)
    rows = sum(part.rows for part in summary["parts"])
    told = {"campaign": campaign, "hash": state.hash, "recipients": rows, "invalid": summary["invalid"]}
    told["timestamp"] = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    queues.announce("campaign.done", f"{campaign}\n{state.run}\ndone", campaign, told)
