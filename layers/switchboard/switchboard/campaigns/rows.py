"""The rows of a campaign in the stack's bucket, for its function to queue and for its result."""

import json

from switchboard.aws import bucket
from switchboard.campaigns.prepared import Prepared
from switchboard.environment import required
from switchboard.errors import AwsError, CampaignGoneError
from switchboard.reach import campaigns
from switchboard.reach.campaigns import Summary


def upload(prepared: Prepared, per_second: float) -> None:
    """Write all of a campaign, its summary last.

    Args:
        prepared: the campaign.
        per_second: how many a second it is to send at most, 0 for as many as the stack may.

    Raises:
        AwsError: not all of it is there, as far as we know.
    """
    identity, parts = (prepared.campaign, prepared.hash), []
    for number, (part, recipients) in enumerate(prepared.parts()):
        _put(campaigns.part_key(*identity, number), "\n".join(each.as_json() for each in recipients))
        parts.append(part)
    invalid = "\n".join(json.dumps(each._asdict()) for each in prepared.invalid)
    _put(campaigns.invalid_key(*identity), invalid)
    summary: Summary = {
        "campaign": prepared.campaign,
        "hash": prepared.hash,
        "parts": parts,
        "window": prepared.window,
        "per_second": per_second,
        "ladder": prepared.ladder,
        "steps": prepared.steps(),
        "invalid": len(prepared.invalid),
    }
    _put(campaigns.summary_key(*identity), json.dumps(summary))


def read(key: str) -> bytes:
    """What was uploaded.

    Raises:
        CampaignGoneError: It's gone.
        AwsError: nobody knows.
    """
    try:
        return bucket.get(required("SWITCHBOARD_CAMPAIGN_BUCKET"), key)
    except AwsError as error:
        if error.code != "NoSuchKey":
            raise
        raise gone() from error


def gone() -> CampaignGoneError:
    """That a campaign's rows are no longer kept, to be raised."""
    return CampaignGoneError(
        "The campaign's rows are gone: they are kept for TimelineDays.",
        "That it was sent is still remembered; started again, it reaches only those it hasn't.",
    )


def _put(key: str, text: str) -> None:
    bucket.put(required("SWITCHBOARD_CAMPAIGN_BUCKET"), key, text.encode(), "application/json")
