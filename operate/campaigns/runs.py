"""Campaigns of a deployed stack: started, paused, resumed and cancelled, and how far they are.

What a campaign is to do is an item of the stack's table, which its state machine's every step reads. So all
of this takes effect at the next step, within a part of a hundred rows. A run is an execution of the state
machine; a paused campaign has none.

Source: Step Functions API reference, StartExecution (a name can't be used again for 90 days).
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

import boto3
from switchboard.campaigns.prepared import Bounds, Prepared
from switchboard.errors import AwsError
from switchboard.reach import campaigns
from switchboard.reach.campaigns import Progress, State, Summary

from operate.campaigns import rows
from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.stack import Stack

_PACE = {
    "SWITCHBOARD_MESSAGES_PER_SECOND": "MessagesPerSecond",
    "SWITCHBOARD_CALLS_PER_SECOND": "CallsPerSecond",
    "SWITCHBOARD_SENDERS_PER_SECOND": "SendersPerSecond",
}
_LOOK = "make campaign ID={} shows how far it is."
# From which something leads to `cancelled` or `paused`.
_LIVE = {"paused": ("running",), "cancelled": ("running", "paused")}


class Campaign(NamedTuple):
    """A campaign that was started.

    Attributes:
        state: how far it is.
        summary: what it consists of.
        has_failed: whether it should run, and its run has failed.
    """

    state: State
    summary: Summary
    has_failed: bool

    def rows(self) -> int:
        """How many are sent to."""
        return sum(part.rows for part in self.summary["parts"])

    def queued(self) -> int:
        """How many of them are queued."""
        return sum(
            part.rows for number, part in enumerate(self.summary["parts"]) if number in self.state.queued
        )


class Campaigns:
    """The campaigns of a stack.

    Attributes:
        stack: The stack.
        bucket: Where its campaigns' rows are.
    """

    def __init__(self, stack: Stack) -> None:
        if not stack.has("CampaignMachine"):
            raise OperatorError(
                f"The stack {stack.name} has no campaigns.",
                "Deploy it with the parameter Reach: make deploy PARAMETERS=Reach=true",
            )
        self.stack = stack
        self.bucket = stack.id_of("CampaignBucket")
        os.environ["SWITCHBOARD_TABLE_NAME"] = stack.id_of("Timeline")
        os.environ["SWITCHBOARD_PEOPLE_TABLE_NAME"] = stack.id_of("PersonTable")
        os.environ |= {name: stack.parameter(parameter) for name, parameter in _PACE.items()}

    def bounds(self) -> Bounds:
        """Whom the stack may reach, and when."""
        return Bounds(*map(self.stack.parameter, ("AllowedCountries", "Numbers", "QuietHours")))

    def days(self) -> int:
        """How long rows are kept."""
        return int(self.stack.parameter("TimelineDays"))

    def start(self, prepared: Prepared, per_second: float) -> bool:
        """Have a prepared campaign run; whether it begins, or does so already.

        Raises:
            OperatorError: It can't be started as it is now; or AWS refused.
        """
        campaign = prepared.campaign
        with asking("start the campaign"):
            before = campaigns.read(campaign)
            if before and before.progress == "running" and before.hash == prepared.hash:
                self._run(campaign, before.run)  # for one whose start was cut off right before that
                return False
            if before:
                _refuse_to_start(campaign, before, prepared)
            rows.upload(self.bucket, prepared, per_second)
            state = campaigns.start(campaign, prepared.hash, before)
            if state is None:
                raise _changed(campaign)
            self._run(campaign, state.run)
            return True

    def resume(self, campaign: str) -> None:
        """Go on with a campaign that was paused, or whose run has failed."""
        found = self.read(campaign)
        if found.state.progress != "paused" and not found.has_failed:
            raise _wrong(campaign, found.state.progress, "resumed")
        with asking("resume the campaign"):
            state = campaigns.start(campaign, found.state.hash, found.state)
            if state is None:
                raise _changed(campaign)
            self._run(campaign, state.run)

    def mark(self, campaign: str, progress: Progress) -> None:
        """Pause or cancel a campaign."""
        found = self.read(campaign)
        if found.state.progress not in _LIVE[progress]:
            raise _wrong(campaign, found.state.progress, progress)
        with asking("stop the campaign"):
            if campaigns.mark(campaign, progress, found.state) is None:
                raise _changed(campaign)

    def read(self, campaign: str) -> Campaign:
        """How far a campaign is.

        Raises:
            OperatorError: It was never started; or AWS refused.
        """
        with asking("read the campaign"):
            state = campaigns.read(campaign)
            if state is None:
                raise OperatorError(
                    f"There is no campaign {campaign!r}.", "Give the ID that was shown when it was started."
                )
            summary = campaigns.summary(rows.read(self.bucket, campaigns.summary_key(campaign, state.hash)))
            return Campaign(state, summary, state.progress == "running" and self._has_failed(campaign, state))

    def _run(self, campaign: str, run: int) -> None:
        machine = boto3.client("stepfunctions")
        with suppress(machine.exceptions.ExecutionAlreadyExists):
            machine.start_execution(
                stateMachineArn=self.stack.id_of("CampaignMachine"),
                name=_name(campaign, run),
                input=json.dumps({"campaign": campaign, "run": run}),
            )

    def _has_failed(self, campaign: str, state: State) -> bool:
        machine = boto3.client("stepfunctions")
        arn = self.stack.id_of("CampaignMachine").replace(":stateMachine:", ":execution:")
        try:
            found = machine.describe_execution(executionArn=f"{arn}:{_name(campaign, state.run)}")
        except machine.exceptions.ExecutionDoesNotExist:
            return True
        return found["status"] in ("FAILED", "TIMED_OUT", "ABORTED")


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn what AWS refuses in this block into an OperatorError."""
    with asking_aws_to(what):
        try:
            yield
        except AwsError as error:
            raise OperatorError(f"AWS did not let us {what}: {error}", "Try again.") from error


def _name(campaign: str, run: int) -> str:
    return f"{campaign}-{run}"


def _refuse_to_start(campaign: str, before: State, prepared: Prepared) -> None:
    if before.progress in ("running", "paused"):
        what = "" if before.hash == prepared.hash else ", with other rows or another message"
        next_step = (
            "RESUME=true goes on with it, CANCEL=true ends it." if not what else "CANCEL=true ends it."
        )
        raise OperatorError(f"The campaign {campaign} is {before.progress}{what}.", next_step)
    if before.progress == "done" and before.hash == prepared.hash:
        raise OperatorError(
            f"The campaign {campaign} has been sent.",
            "RESULT=… says what became of it. To send it to the same people again, give another ID.",
        )


def _wrong(campaign: str, progress: Progress, wish: str) -> OperatorError:
    return OperatorError(
        f"The campaign {campaign} is {progress} and can't be {wish}.", _LOOK.format(campaign)
    )


def _changed(campaign: str) -> OperatorError:
    return OperatorError(f"The campaign {campaign} has changed at this moment.", _LOOK.format(campaign))
