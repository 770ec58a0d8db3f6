"""Campaigns that are started, paused, resumed and cancelled, and how far they are.

What a campaign is to do is an item of the stack's table, which its state machine's every step reads. So all
of this takes effect at the next step, within a part of a hundred rows. A run is an execution of the state
machine; a paused campaign has none. `by` is the id of the event that asks for it, if it's one: it's noted in
the same write, so that an event that comes twice is known.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from switchboard.aws import executions
from switchboard.campaigns import rows
from switchboard.campaigns.prepared import Prepared
from switchboard.environment import required
from switchboard.errors import CampaignChangedError, CampaignError, CampaignGoneError
from switchboard.reach import campaigns
from switchboard.reach.campaigns import Progress, State, Summary
from switchboard.reach.turns import Part

_LOOK = "make campaign ID={} shows how far it is."
# From which something leads to `cancelled` or `paused`.
_LIVE = {"paused": ("running",), "cancelled": ("running", "paused")}


class Campaign(NamedTuple):
    """A campaign that was started.

    Attributes:
        state: how far it is.
        summary: what it consists of; None once its rows are gone.
        has_failed: whether it should run, and its run has failed.
    """

    state: State
    summary: Summary | None
    has_failed: bool

    @property
    def parts(self) -> list[Part]:
        """Its rows' parts; none once they are gone."""
        return self.summary["parts"] if self.summary else []

    def rows(self) -> int:
        """How many are sent to."""
        return sum(part.rows for part in self.parts)

    def queued(self) -> int:
        """How many of them are queued."""
        return self._rows(self.state.queued)

    def climbing(self) -> int:
        """How many of these are in parts that are looked at again, as somebody in them may be tried again."""
        return self._rows(self.state.looks)

    def next_look(self) -> int | None:
        """When the next of these parts is, in Unix time."""
        return min(self.state.looks.values(), default=None)

    def _rows(self, numbers: Iterable[int]) -> int:
        return sum(part.rows for number, part in enumerate(self.parts) if number in numbers)


def check(prepared: Prepared, confirmed: str) -> None:
    """Refuse what isn't what somebody has looked at.

    Args:
        prepared: the campaign.
        confirmed: the hash of what is to be started, or `yes`.

    Raises:
        CampaignError: It's something else.
    """
    if confirmed not in ("yes", prepared.hash):
        raise CampaignError(
            f"What would be sent now has the hash {prepared.hash}, and {confirmed} was confirmed.",
            "The rows, the message or the stack's AllowedCountries have changed: look at it unconfirmed.",
        )


def start(prepared: Prepared, per_second: float, by: str = "") -> bool:
    """Have a prepared campaign run, also one whose run has failed; whether it begins, or does so already.

    Args:
        prepared: the campaign.
        per_second: how many a second it is to send at most, 0 for as many as the stack may.
        by: whose doing it is.

    Raises:
        CampaignError: It can't be started as it is now.
        AwsError: nobody knows whether it runs.
    """
    campaign = prepared.campaign
    before = campaigns.read(campaign)
    if before and _may_go_on(campaign, before):
        _refuse_to_start(campaign, before, prepared)
        if not executions.has_failed(*_execution(campaign, before)):
            if by:  # it may come again when the campaign is over
                _written(campaign, campaigns.mark(campaign, "running", before, by))
            return False
    else:
        if before and before.progress == "done":
            _refuse_to_repeat(campaign, before, prepared)
        if before:
            _refuse_other_steps(campaign, before, prepared)
        rows.upload(prepared, per_second)
    _run(campaign, _written(campaign, campaigns.start(campaign, prepared.hash, before, by)))
    return True


def resume(campaign: str, by: str = "") -> None:
    """Go on with a campaign that was paused, or whose run has failed.

    Raises:
        CampaignError: It can't be resumed.
        AwsError: nobody knows whether it is.
    """
    found = read(campaign)
    if found.state.progress != "paused" and not found.has_failed:
        raise _wrong(campaign, found.state.progress, "resumed")
    if found.summary is None:
        raise rows.gone()
    _run(campaign, _written(campaign, campaigns.start(campaign, found.state.hash, found.state, by)))


def mark(campaign: str, progress: Progress, by: str = "") -> None:
    """Pause or cancel a campaign.

    Raises:
        CampaignError: It can't be.
        AwsError: nobody knows whether it is.
    """
    state = _started(campaign)
    if state.progress not in _LIVE[progress]:
        raise _wrong(campaign, state.progress, progress)
    _written(campaign, campaigns.mark(campaign, progress, state, by))


def is_done(campaign: str, by: str) -> bool:
    """Whether what this event asks for was done before, to its end: a run that it was to start is started.

    Raises:
        AwsError: nobody knows.
    """
    state = campaigns.read(campaign)
    if state is None or by not in state.done_for:
        return False
    if state.progress == "running":
        _run(campaign, state)
    return True


def read(campaign: str) -> Campaign:
    """How far a campaign is.

    Raises:
        CampaignError: It was never started.
        AwsError: nobody knows.
    """
    state = _started(campaign)
    should_run = state.progress == "running"
    has_failed = should_run and executions.has_failed(*_execution(campaign, state))
    return Campaign(state, _summary(campaign, state), has_failed)


def _started(campaign: str) -> State:
    if state := campaigns.read(campaign):
        return state
    raise CampaignError(
        f"There is no campaign {campaign!r}.", "Give the id that was told when it was started."
    )


def _summary(campaign: str, state: State) -> Summary | None:
    with suppress(CampaignGoneError):
        return campaigns.summary(rows.read(campaigns.summary_key(campaign, state.hash)))
    return None


def _may_go_on(campaign: str, state: State) -> bool:
    """Whether a campaign is neither over nor without the rows that it would go on with."""
    return state.progress in ("running", "paused") and _summary(campaign, state) is not None


def _run(campaign: str, state: State) -> None:
    executions.start(*_execution(campaign, state), {"campaign": campaign, "run": state.run})


def _execution(campaign: str, state: State) -> tuple[str, str]:
    return required("SWITCHBOARD_CAMPAIGN_MACHINE"), f"{campaign}-{state.run}"


def _refuse_to_start(campaign: str, before: State, prepared: Prepared) -> None:
    """Refuse to start what may go on, unless it's what runs already."""
    is_same = before.hash == prepared.hash
    if not is_same or before.progress == "paused":
        what = "" if is_same else ", with other rows or another message"
        next_step = "Resume it, or cancel it." if is_same else "Cancel it first."
        raise CampaignError(f"The campaign {campaign} is {before.progress}{what}.", next_step)


def _refuse_to_repeat(campaign: str, before: State, prepared: Prepared) -> None:
    if before.hash == prepared.hash:
        raise CampaignError(
            f"The campaign {campaign} has been sent.",
            "Its result says what became of it. To send it to the same people again, give another id.",
        )


def _refuse_other_steps(campaign: str, before: State, prepared: Prepared) -> None:
    """Refuse a ladder in which what is known of a step would count for another one, with the same number."""
    summary, steps = _summary(campaign, before), prepared.steps()
    if summary is None or not prepared.ladder:
        return
    for number, (was, step) in enumerate(zip(summary["steps"], steps, strict=False), 1):
        is_forgotten = step[1] < was[1] and number < len(steps)
        if step[0] != was[0] or is_forgotten:
            times = f", {was[1]} times at most" if was[1] > 1 else ""
            raise CampaignError(
                f"Step {number} of the campaign {campaign} was {was[0]}{times}.",
                "Leave the steps that it had as they were, with others after them; or give another id.",
            )


def _wrong(campaign: str, progress: str, wish: str) -> CampaignError:
    return CampaignError(
        f"The campaign {campaign} is {progress} and can't be {wish}.", _LOOK.format(campaign)
    )


def _written(campaign: str, state: State | None) -> State:
    if state is None:
        raise CampaignChangedError(
            f"The campaign {campaign} has changed at this moment.", _LOOK.format(campaign)
        )
    return state
