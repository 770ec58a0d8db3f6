"""Campaigns by events on the bus: what an event asks for, and what is told of it and of a campaign.

On the bus the `detail-type` says what to do, and the `detail` is one of these. They aren't commands that a
flow could return: a campaign is for somebody who has looked at it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Required

from switchboard.wire.reach.marks import CommandId
from switchboard.wire.typed import Between, Characters, Items, Matches, TypedDict

# A time may be part of it, as EventBridge Scheduler writes one: its colons become hyphens.
CampaignId = Annotated[
    str, Matches("[A-Za-z0-9][A-Za-z0-9:-]{0,39}", "up to 40 letters, digits, hyphens and colons")
]
Confirmation = Annotated[str, Matches("yes|[0-9a-f]{12}", "yes, or the hash that campaign.prepared has told")]


class PeopleFile(TypedDict):
    """A CSV file in the stack's CampaignBucket."""

    key: Annotated[str, Matches("people/.{1,500}", "a key that begins with people/")]


class Campaign(TypedDict, total=False):
    """A campaign to start, or without `confirm` to look at."""

    message: Required[dict[str, Any]]
    id: CampaignId
    pace: Annotated[float, Between(0, 10_000)]
    confirm: Confirmation


class CampaignToPeople(Campaign):
    """One whose people are in the event."""

    people: Annotated[list[dict[str, str]], Items(1)]


class CampaignToFile(Campaign):
    """One whose people are in a file."""

    people: PeopleFile


class WhichCampaign(TypedDict):
    """A campaign that was started."""

    id: CampaignId


CampaignToStart = CampaignToPeople | CampaignToFile

CAMPAIGN_COMMANDS: Mapping[str, Any] = {
    "campaign.start": CampaignToStart,
    "campaign.pause": WhichCampaign,
    "campaign.resume": WhichCampaign,
    "campaign.cancel": WhichCampaign,
}


def shape_of(name: str, detail: Mapping[str, Any]) -> Any:  # noqa: ANN401 - one of the shapes above
    """What the detail of such an event should be."""
    if name != "campaign.start":
        return CAMPAIGN_COMMANDS[name]
    return CampaignToFile if isinstance(detail.get("people"), dict) else CampaignToPeople


class CampaignResult(TypedDict, total=False):
    """What became of an event that asked for something: `campaign.start.accepted`, `campaign.pause.rejected`.

    `id` is the event's. `queued` of the `recipients` are on their way already; `invalid` rows are sent to at
    no time. `reason` says why it was rejected, and may quote a row.
    """

    id: Required[CommandId]
    command: Required[Literal["campaign.start", "campaign.pause", "campaign.resume", "campaign.cancel"]]
    outcome: Required[Literal["accepted", "rejected"]]
    timestamp: Required[str]  # ISO 8601 with milliseconds and Z
    campaign: str
    hash: str
    recipients: int
    queued: int
    invalid: int
    reason: str


class RowFault(TypedDict):
    """A row that isn't sent to: its line in the file, or its place in the list from 1."""

    line: int
    reason: Annotated[str, Characters(1, 300)]


class CampaignPrepared(TypedDict):
    """What would be sent, and by which `hash` to confirm exactly that. Nothing has been.

    `invalid` rows aren't sent to, for the reasons that the first of them have in `faults`. `opted_out` is how
    many of the recipients have opted out by now; it's looked up again when each is sent. `countries` are the
    recipients by calling code, `units` what is paid for at most: messages, parts of an SMS, calls.
    """

    id: CommandId
    timestamp: str
    campaign: str
    hash: str
    recipients: int
    invalid: int
    faults: list[RowFault]
    opted_out: int
    countries: dict[str, int]
    ends_at: str
    units: int
    doubtful: list[str]


class CampaignDone(TypedDict):
    """All rows of a campaign are queued: at most 200 of them are still to be sent."""

    timestamp: str
    campaign: str
    hash: str
    recipients: int
    invalid: int
