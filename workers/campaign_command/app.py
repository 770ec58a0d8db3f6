"""Campaigns by events on the bus: prepared, started, paused, resumed and cancelled as by `make campaign`.

What became of an event is an event, `campaign.start.accepted` and so on. A start that nobody has confirmed is
prepared alone, and `campaign.prepared` says what would be sent. An event that comes twice does nothing a
second time: its id is noted in the write that does what it asks for. What AWS refuses is tried again a little
later each time, and ends in the dead-letter queue; so does a confirmed start that was rejected.

Source: AWS, "Handling errors for an SQS event source in Lambda" (ReportBatchItemFailures).
"""

import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from switchboard import telemetry
from switchboard.aws import bucket, queues
from switchboard.aws.queues import CommandQueue
from switchboard.campaigns import estimate, message, opted_out, people, runs
from switchboard.campaigns.message import Message
from switchboard.campaigns.people import Sheet
from switchboard.campaigns.prepared import Bounds, Prepared, prepare
from switchboard.environment import given, required, whole_number
from switchboard.errors import (
    AwsError,
    CampaignChangedError,
    CampaignEmptyError,
    CampaignError,
    SwitchboardError,
)
from switchboard.outbound import allowance
from switchboard.reach.people import person_id
from switchboard.request import without_halves
from switchboard.wire.reach.campaigns import shape_of
from switchboard.wire.validate import problems

Json = dict[str, Any]

# Of the function's time, what judging may take; the rest is for writing all of it into the bucket.
SHARE_TO_JUDGE = 0.6
# What becomes text, rows and commands has to fit into the function's memory together.
MOST_BYTES = 50_000_000
MOST_FAULTS = 20
LONGEST_FAULT, LONGEST_REASON = 300, 2000
LONGEST_DELAY_S = 900


def lambda_handler(batch: Json, context: Any = None) -> Json:  # noqa: ANN401 - Lambda's own
    """Do what a batch of events asks for; what is to be tried again is named in `batchItemFailures`."""
    left_s = context.get_remaining_time_in_millis() / 1000 if context else 300
    until = time.time() + SHARE_TO_JUDGE * left_s
    failed = [each["messageId"] for each in batch["Records"] if not handle(each, until)]
    return {"batchItemFailures": [{"itemIdentifier": identity} for identity in failed]}


def handle(received: Json, until: float) -> bool:
    """Do what one event asks for and say what became of it; False when it is to be tried again."""
    facts: dict[str, object] = {}
    try:
        event = json.loads(received["body"])
        if r"\ud" in received["body"].lower():  # a program that cuts a text may cut an emoji
            event = without_halves(event)
        facts = {"id": event["id"], "command": event["detail-type"]}
        became = carry_out(event, received["eventSourceARN"], until)
    except (AwsError, CampaignChangedError) as failure:
        put_off(received)
        telemetry.outcome("Later", "campaign_command", "WARNING", **facts | telemetry.where(failure))
        return False
    except Exception as failure:  # noqa: BLE001 - one event must not stop the others
        put_off(received)
        telemetry.outcome("Failed", "campaign_command", "ERROR", **facts | telemetry.where(failure))
        return False
    telemetry.outcome(became, "campaign_command", "WARNING" if became == "Rejected" else "INFO", **facts)
    return True


def carry_out(event: Json, queue: str, until: float) -> str:
    """Do what an event asks for and tell what became of it, which is also given in one word for the log.

    Args:
        event: as EventBridge has it.
        queue: the ARN of the queue that it came out of.
        until: the Unix time at which judging has to be over.

    Raises:
        CampaignChangedError: somebody else changes the campaign; it is to be looked at again.
        AwsError: it is to be done again.
    """
    detail, campaign = event["detail"], ""
    try:
        if wrong := problems(shape_of(event["detail-type"], detail), detail, strict=True):
            raise CampaignError(f"{'; '.join(wrong[:5])}.", "docs/campaigns.md says what it may have.")
        text = message.parse(detail["message"], "The message") if "message" in detail else None
        campaign = detail["id"].replace(":", "-") if "id" in detail else text.campaign() if text else ""
        if not runs.is_done(campaign, event["id"]) and not do(event, campaign, text, until):
            return "Prepared"
        found = runs.read(campaign)
    except CampaignChangedError:
        raise
    except CampaignError as error:
        tell(event, "rejected", campaign, reason=f"{error.cause} {error.next_step}"[:LONGEST_REASON])
        if "confirm" in detail and not isinstance(error, CampaignEmptyError):
            # Its dead-letter queue is a standard one, which drops no message as sent before.
            CommandQueue.of(queue).put_rejected(event, event["id"])
        return "Rejected"
    numbers = {"recipients": found.rows(), "queued": found.queued()}
    known = {**numbers, "invalid": found.summary["invalid"]} if found.summary else {}
    tell(event, "accepted", campaign, hash=found.state.hash, **known)
    return "Done"


def do(event: Json, campaign: str, text: Message | None, until: float) -> bool:
    """Do what an event asks for; False if it was but to look at a campaign, and what it would be is told.

    Raises:
        CampaignError: It can't be done.
        AwsError: nobody knows whether it is.
    """
    if text:
        rows = people_of(event["detail"])
        return start(event, prepare(campaign, rows, text, bounds(), time.time(), until))
    match event["detail-type"]:
        case "campaign.resume":
            runs.resume(campaign, event["id"])
        case "campaign.pause":
            runs.mark(campaign, "paused", event["id"])
        case _:
            runs.mark(campaign, "cancelled", event["id"])
    return True


def start(event: Json, prepared: Prepared) -> bool:
    """Have a prepared campaign run if that is confirmed, or say what it would be; whether it was.

    Raises:
        CampaignError: It can't be started, or something else was confirmed.
        SecretError: Nobody knows who has opted out, as the key of people's pseudonyms can't be read.
        AwsError: nobody knows whether it runs, or who has opted out.
    """
    detail, now = event["detail"], time.time()
    days = whole_number("SWITCHBOARD_TIMELINE_DAYS", 30, low=1, high=3650)
    ends_at = estimate.end(prepared, now, detail.get("pace", 0), days)
    if "confirm" in detail:
        runs.check(prepared, detail["confirm"])
        runs.start(prepared, detail.get("pace", 0), event["id"])
        return True
    told = {
        "id": event["id"],
        "timestamp": timestamp(now),
        "campaign": prepared.campaign,
        "hash": prepared.hash,
        "recipients": len(prepared.recipients),
        "invalid": len(prepared.invalid),
        "faults": [
            {"line": each.line, "reason": each.reason[:LONGEST_FAULT]}
            for each in prepared.invalid[:MOST_FAULTS]
        ],
        "opted_out": opted_out.count(prepared, person_id),
        "countries": prepared.countries(),
        "ends_at": timestamp(ends_at),
        "units": sum(estimate.units(prepared)),
        "doubtful": [doubt[:LONGEST_FAULT] for doubt in prepared.doubts()[:MOST_FAULTS]],
    }
    queues.announce("campaign.prepared", f"{event['id']}\nprepared", prepared.campaign, told)
    return False


def tell(event: Json, outcome: str, campaign: str, **more: object) -> None:
    """Say what became of an event; twice is once.

    Raises:
        AwsError: it isn't said, as far as we know.
    """
    told = {"id": event["id"], "command": event["detail-type"], "outcome": outcome}
    told |= {"timestamp": timestamp(time.time()), **({"campaign": campaign} if campaign else {}), **more}
    name = f"{event['detail-type']}.{outcome}"
    queues.announce(name, f"{event['id']}\n{outcome}", campaign or event["id"], told)


def people_of(detail: Json) -> Sheet:
    """The people of a campaign, which are in the event or in a file of the bucket.

    Raises:
        CampaignError: There is no such file, or it can't be used.
        AwsError: nobody knows.
    """
    if isinstance(detail["people"], list):
        return people.listed(detail["people"])
    key = detail["people"]["key"]
    try:
        document = bucket.get(required("SWITCHBOARD_CAMPAIGN_BUCKET"), key, MOST_BYTES)
    except AwsError as error:
        if error.code == "NoSuchKey":
            raise CampaignError(f"There is no {key} in the CampaignBucket.", "Put it there first.") from error
        if error.code == "EntityTooLarge":
            most = f"{MOST_BYTES // 10**6} MB"
            raise CampaignError(f"{key} has more than {most}.", "Leave out what isn't needed.") from error
        raise
    return people.parse(document, key)


def bounds() -> Bounds:
    """Whom the stack may reach, when, and how many a day."""
    return Bounds(
        given("SWITCHBOARD_ALLOWED_COUNTRIES"),
        given("SWITCHBOARD_NUMBERS"),
        given("SWITCHBOARD_QUIET_HOURS"),
        allowance.a_day("messages"),
        allowance.a_day("calls"),
    )


def timestamp(moment: float) -> str:
    """A Unix time in ISO 8601, with milliseconds and Z."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def put_off(received: Json) -> None:
    """Have an event come back, twice as long later each time; failing that, when the queue's time is over."""
    times = int(received["attributes"]["ApproximateReceiveCount"])
    with suppress(SwitchboardError):
        delay_s = min(2 ** min(times, 10), LONGEST_DELAY_S)
        CommandQueue.of(received["eventSourceARN"]).delay(received["receiptHandle"], delay_s)
