"""The campaigns of a deployed stack, for whoever is at the command line."""

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from switchboard.campaigns import opted_out, runs
from switchboard.campaigns.prepared import Bounds, Prepared
from switchboard.campaigns.runs import Campaign
from switchboard.errors import AwsError, CampaignError
from switchboard.reach.campaigns import Progress
from switchboard.reach.people import pseudonym

from operate.errors import OperatorError
from operate.kept.people import key_of_pseudonyms
from operate.refusals import asking_aws_to
from operate.stack import Stack

_RESOURCES = {
    "SWITCHBOARD_TABLE_NAME": "Timeline",
    "SWITCHBOARD_PEOPLE_TABLE_NAME": "PersonTable",
    "SWITCHBOARD_CAMPAIGN_BUCKET": "CampaignBucket",
    "SWITCHBOARD_CAMPAIGN_MACHINE": "CampaignMachine",
}
_PACE = {
    "SWITCHBOARD_MESSAGES_PER_SECOND": "MessagesPerSecond",
    "SWITCHBOARD_CALLS_PER_SECOND": "CallsPerSecond",
    "SWITCHBOARD_SENDERS_PER_SECOND": "SendersPerSecond",
}


class Campaigns:
    """The campaigns of a stack, which are looked for in the environment, as its functions have it.

    Attributes:
        stack: The stack.
    """

    def __init__(self, stack: Stack) -> None:
        if not stack.has("CampaignMachine"):
            raise OperatorError(
                f"The stack {stack.name} has no campaigns.",
                "Deploy it with the parameter Reach: make deploy PARAMETERS=Reach=true",
            )
        self.stack = stack
        os.environ |= {name: stack.id_of(resource) for name, resource in _RESOURCES.items()}
        os.environ |= {name: stack.parameter(parameter) for name, parameter in _PACE.items()}

    def bounds(self) -> Bounds:
        """Whom the stack may reach, when, and how many a day."""
        names = ("AllowedCountries", "Numbers", "QuietHours", "DailyMessages", "DailyCalls")
        allowed, own, quiet, messages, calls = map(self.stack.parameter, names)
        return Bounds(allowed, own, quiet, int(messages), int(calls))

    def days(self) -> int:
        """How long rows are kept."""
        return int(self.stack.parameter("TimelineDays"))

    def opted_out(self, prepared: Prepared) -> int:
        """How many of a campaign's people wouldn't be sent to at this moment.

        Raises:
            OperatorError: AWS refused.
        """
        with asking("look up who has opted out"):
            key = key_of_pseudonyms(self.stack)
            return opted_out.count(prepared, functools.partial(pseudonym, key=key))

    def start(self, prepared: Prepared, per_second: float) -> bool:
        """Have a prepared campaign run; whether it begins, or does so already.

        Raises:
            OperatorError: It can't be started as it is now; or AWS refused.
        """
        with asking("start the campaign"):
            return runs.start(prepared, per_second)

    def resume(self, campaign: str) -> None:
        """Go on with a campaign that was paused, or whose run has failed."""
        with asking("resume the campaign"):
            runs.resume(campaign)

    def mark(self, campaign: str, progress: Progress) -> None:
        """Pause or cancel a campaign."""
        with asking("stop the campaign"):
            runs.mark(campaign, progress)

    def read(self, campaign: str) -> Campaign:
        """How far a campaign is.

        Raises:
            OperatorError: It was never started; or AWS refused.
        """
        with asking("read the campaign"):
            return runs.read(campaign)


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn what a campaign or AWS refuses in this block into an OperatorError."""
    with asking_aws_to(what):
        try:
            yield
        except CampaignError as error:
            raise OperatorError(error.cause, error.next_step) from error
        except AwsError as error:
            if isinstance(error.__cause__, ClientError | BotoCoreError):
                raise error.__cause__ from None
            raise OperatorError(f"AWS did not let us {what}: {error}", "Try again.") from error
