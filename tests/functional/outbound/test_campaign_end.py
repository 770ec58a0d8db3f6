"""When a campaign is done is told before it starts, and comes true, whatever its hours and its pace are."""

import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from switchboard.aws import bucket as s3
from switchboard.campaigns import estimate, message, people, rows
from switchboard.campaigns.prepared import Bounds, Prepared, prepare
from switchboard.reach import campaigns
from switchboard.reach.windows import next_opening

from tests.fakes.backbone import BULK
from tests.fakes.buckets import running
from tests.fakes.clock import Clock
from tests.fakes.stores import Aws, Json
from workers.campaign import app

ZONES = ("Europe/London", "Asia/Tokyo", "America/New_York")
HOURS = (
    "00:00-24:00",
    "09:00-20:00",
    "Mon-Fri 09:00-20:00, Sat 10:00-16:00",
    "Mon-Fri 09:00-09:20, Sat 09:00-18:00",
    "09:00-09:10, 09:12-10:00",
    "20:00-09:00",
)


@pytest.fixture
def clock(backbone: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """The clock of a stack with campaigns."""
    clock = Clock()
    clock.now_s = datetime(2027, 1, 8, 8, tzinfo=UTC).timestamp()
    monkeypatch.setattr(time, "time", clock.now)
    backbone.queues[BULK] = []
    with running() as fake:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", fake.url)
        monkeypatch.setenv("SWITCHBOARD_CAMPAIGN_BUCKET", "campaigns")
        monkeypatch.setenv("SWITCHBOARD_BULK_COMMANDS_QUEUE_URL", BULK)
        s3.client.cache_clear()
        yield clock
        s3.client().close()
        s3.client.cache_clear()


def prepared(numbers: dict[str, int], window: Json, quiet: str, now: float) -> Prepared:
    """A campaign to so many people in each of these zones."""
    everybody = [zone for zone, number in numbers.items() for _ in range(number)]
    lines = [f"4477009{number:05},{zone}" for number, zone in enumerate(everybody)]
    text = {"channel": "sms", "message_type": "text", "from": "447700900000", "text": "Hello."}
    sheet = people.parse("\n".join(["to,zone", *lines]).encode(), "it")
    return prepare(
        "spring", sheet, message.parse({**text, "window": window}, "it"), Bounds("*", "", quiet), now
    )


def run(aws: Aws, clock: Clock, found: Prepared, pace: float) -> float:
    """All steps of a campaign, whose messages go out at this pace; when the last one has, by its clock."""
    zones, free_at = {each.command["id"]: each.zones for each in found.recipients}, clock.now_s
    for _ in range(200):
        free_at = free_at if aws.queues[BULK] else max(free_at, clock.now_s)
        told = app.lambda_handler({"campaign": "spring", "run": 1})
        clock.sleep(told["wait_s"])
        while aws.queues[BULK] and (free_at < clock.now_s or told["ended"]):
            command = json.loads(aws.queues[BULK].pop(0)["MessageBody"])
            assert next_opening(found.open_in(zones.pop(command["id"])), free_at) == free_at
            free_at += 1 / pace
        if told["ended"]:
            break
    assert zones == {}
    return free_at


@pytest.mark.parametrize("seed", [0, 5, 10, 11, 18, 21, 33, 37, 41, 57])
def test_a_campaign_is_done_when_it_was_told_and_no_message_waits_for_another_opening(
    backbone: Aws, clock: Clock, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Or sooner, by no more than a part takes."""
    chance = random.Random(seed)  # noqa: S311 - nothing is secret
    numbers = {zone: chance.choice((1, 30, 140)) for zone in chance.sample(ZONES, chance.randint(1, 3))}
    window = {"hours": chance.choice(HOURS), "without": chance.sample(["2027-01-08", "2027-01-09"], 1)}
    quiet = chance.choice(("", "12:00-14:00"))
    per_second, wished = chance.choice((30, 3, 0.3, 0.1)), chance.choice((0, 0, 1, 0.1))
    clock.sleep(chance.randrange(86400))
    monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", str(per_second))
    monkeypatch.setenv("SWITCHBOARD_QUIET_HOURS", quiet)
    found = prepared(numbers, window, quiet, clock.now_s)
    rows.upload(found, wished)
    assert campaigns.start("spring", found.hash, None)
    told = estimate.end(found, clock.now_s, wished, days=60)

    done = run(backbone, clock, found, per_second * 0.95)

    a_part = 100 / min(filter(None, (per_second * 0.95, wished)))
    assert done - 0.01 <= told <= done + a_part + 10
