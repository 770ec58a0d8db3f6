"""The steps of a campaign: what is queued, when it ends, and what became of one that was cut off."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from switchboard.aws import bucket as s3
from switchboard.campaigns.running import NeverOpenError
from switchboard.errors import AwsError
from switchboard.reach import campaigns
from switchboard.reach.campaigns import Progress, State
from switchboard.wire.reach.campaigns import CampaignDone
from switchboard.wire.validate import problems

from tests.conftest import Logs
from tests.fakes.backbone import BULK, QUEUE
from tests.fakes.buckets import Buckets, running
from tests.fakes.clock import Clock
from tests.fakes.stores import Aws, Json, Refusal
from tests.fakes.vonage_api import VonageApi
from tests.samples import sample
from workers.campaign import app
from workers.outbound import app as outbound

HASH = "0123456789ab"
REJECTED_BULK = f"{BULK}-rejected"
LONDON, TOKYO = ("Europe/London",), ("Asia/Tokyo",)
PARTS = [(25, TOKYO), (3, LONDON), (12, LONDON)]


SMS = sample("command_sms_text")


@pytest.fixture
def bucket(backbone: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Buckets]:
    """A prepared campaign, and the queue that it goes into."""
    backbone.queues[BULK] = []
    with running() as fake:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", fake.url)
        monkeypatch.setenv("SWITCHBOARD_CAMPAIGN_BUCKET", "campaigns")
        monkeypatch.setenv("SWITCHBOARD_BULK_COMMANDS_QUEUE_URL", BULK)
        monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", "10")
        s3.client.cache_clear()
        prepare(fake)
        yield fake
        s3.client().close()
        s3.client.cache_clear()


def prepare(fake: Buckets, *, per_second: float = 0, window: Json | None = None) -> None:
    summary = {"campaign": "spring", "hash": HASH, "parts": PARTS, "window": window, "per_second": per_second}
    document = json.dumps(summary | {"invalid": 0}).encode()
    fake.objects[f"/campaigns/{campaigns.summary_key('spring', HASH)}"] = document
    for number, (rows, _) in enumerate(PARTS):
        lines = (json.dumps({"line": 0, "to": "", "command": command(number, n)}) for n in range(rows))
        key = campaigns.part_key("spring", HASH, number)
        fake.objects[f"/campaigns/{key}"] = "\n".join(lines).encode()


def command(part: int, number: int) -> Json:
    detail = SMS["detail"] | {"to": f"4477008{part}{number:04}"}
    return {"id": f"{part}-{number}", "name": "messages.send", "pace": "bulk", "detail": detail}


def queued(aws: Aws) -> list[str]:
    return [json.loads(message["MessageBody"])["id"] for message in aws.queues[BULK]]


def step(run: int = 1, **more: int) -> tuple[bool, int]:
    told = app.lambda_handler({"campaign": "spring", "run": run, **more})
    assert (told["campaign"], told["run"]) == ("spring", run)
    return told["ended"], told["wait_s"]


def steps(run: int = 1) -> list[int]:
    """How long each step waits, until the last one."""
    waits = []
    while not (told := step(run))[0]:
        waits.append(told[1])
    return waits


def start(content: str = HASH) -> State:
    state = campaigns.start("spring", content, campaigns.read("spring"))
    assert state is not None
    return state


def test_all_parts_are_queued_one_after_the_other_at_the_pace(backbone: Aws, bucket: Buckets) -> None:
    assert bucket
    start()

    assert steps() == [1, 1, 1]  # three quarters of 25, 3 and 12 at 9.5 a second, and a second at least

    assert queued(backbone) == [f"{part}-{n}" for part, (rows, _) in enumerate(PARTS) for n in range(rows)]
    state = campaigns.read("spring")
    assert state == State("done", HASH, 1, frozenset({0, 1, 2}))
    assert step() == (True, 0)
    # Without a ladder nothing is looked at again.
    actions = {each.partition(".")[2] for each in backbone.calls if each.startswith("DynamoDB")}
    assert actions == {"GetItem", "UpdateItem"}


@pytest.mark.parametrize(("wished", "waits"), [(1, [25, 3, 12]), (100, [1, 1, 1])])
def test_a_campaign_s_own_pace_makes_it_slower_and_never_faster(
    bucket: Buckets, wished: float, waits: list[int]
) -> None:
    prepare(bucket, per_second=wished)
    start()

    assert steps() == waits


@pytest.mark.parametrize(("per_second", "waits"), [("0", 1), ("1", 19)])
def test_the_stack_s_pace_says_when_the_next_part_comes(
    bucket: Buckets, monkeypatch: pytest.MonkeyPatch, per_second: str, waits: int
) -> None:
    assert bucket
    monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", per_second)
    start()

    assert step() == (False, waits)


@pytest.mark.parametrize("progress", ["paused", "cancelled", "done"])
def test_nothing_more_is_queued_once_it_is_stopped(backbone: Aws, bucket: Buckets, progress: str) -> None:
    assert bucket
    state = start()
    step()
    assert campaigns.mark("spring", progress, state)  # type: ignore[arg-type]

    assert step() == (True, 0)

    assert len(queued(backbone)) == 25
    assert campaigns.read("spring") == State(progress, HASH, 1, frozenset({0}))  # type: ignore[arg-type]


def test_what_was_paused_goes_on_where_it_was_and_the_earlier_run_ends(
    backbone: Aws, bucket: Buckets
) -> None:
    assert bucket
    step_before = start()
    step()
    campaigns.mark("spring", "paused", step_before)
    assert start().run == 2

    assert step(run=1) == (True, 0)
    assert len(steps(run=2)) == 2

    assert len({*queued(backbone)}) == len(queued(backbone)) == 40


def test_a_campaign_that_was_never_started_ends(backbone: Aws, bucket: Buckets) -> None:
    assert bucket
    assert step() == (True, 0)
    assert queued(backbone) == []


def test_other_rows_begin_anew(bucket: Buckets) -> None:
    assert bucket
    start()
    steps()

    assert start("another-hash") == State("running", "another-hash", 2, frozenset())


def test_two_who_start_it_at_once_start_it_once(backbone: Aws) -> None:
    assert backbone
    first = campaigns.start("spring", HASH, None)

    assert first is not None
    assert campaigns.start("spring", HASH, None) is None
    assert campaigns.start("spring", HASH, first._replace(run=7)) is None
    assert campaigns.mark("spring", "paused", first._replace(progress="paused")) is None
    assert campaigns.read("spring") == first


def test_a_full_queue_is_waited_for(backbone: Aws, bucket: Buckets) -> None:
    assert bucket
    backbone.queues[BULK] = [{"MessageBody": '{"id": "others"}'}] * campaigns.ROWS_A_PART
    start()

    assert step() == (False, 7)  # until three quarters of the hundred are gone
    assert [step(busy=times)[1] for times in (1, 2, 10)] == [14, 28, app.LONGEST_WAIT_S]

    assert {*queued(backbone)} == {"others"}
    backbone.queues[BULK].clear()
    assert step() == (False, 1)
    assert len(queued(backbone)) == 25


def test_a_part_that_was_cut_off_is_queued_again_with_the_same_ids(backbone: Aws, bucket: Buckets) -> None:
    assert bucket
    start()

    def cut(operation: str, _asked: Json) -> None:
        if operation == "DynamoDB_20120810.UpdateItem":
            raise Refusal("InternalServerError", status=500)

    backbone.fault = cut
    with pytest.raises(Exception, match="UpdateItem"):
        step()
    backbone.fault = None
    step()

    assert len(queued(backbone)) == 50
    assert len({*queued(backbone)}) == 25


def test_each_person_is_sent_one_message_whoever_dies_meanwhile(
    backbone: Aws, bucket: Buckets, vonage: VonageApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that has queued its part, and the sender of a message who waits for the reply to it."""
    assert bucket
    backbone.queues[REJECTED_BULK] = []
    monkeypatch.setenv("SWITCHBOARD_BULK_COMMANDS_DLQ_URL", REJECTED_BULK)
    monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", "0")
    start()
    backbone.refuse["DynamoDB_20120810.UpdateItem"] = "InternalServerError"
    with pytest.raises(AwsError):
        step()
    backbone.refuse.clear()
    steps()
    messages = [json.loads(each["MessageBody"]) for each in backbone.queues[BULK]]
    assert len(messages) == 25 + 40
    in_hand = {"pk": {"S": "COMMAND#0-3"}, "sk": {"S": "progress"}, "progress": {"S": "sending"}}
    backbone.tables["timeline"]["COMMAND#0-3", "progress"] = {**in_hand, "since": {"N": "0"}}

    for each in messages:
        assert outbound.lambda_handler({"Records": [received(each)]}) == {"batchItemFailures": []}

    sent = [request.body["to"] for request in vonage.requests]
    assert len({*sent}) == len(sent) == 39
    assert "447700800003" not in sent


def received(command: Json) -> Json:
    """A message as Lambda gives it to the outbound function."""
    return {
        "messageId": command["id"],
        "receiptHandle": "handle",
        "body": json.dumps(command),
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": str(int(time.time() * 1000))},
        "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{BULK.rpartition('/')[2]}",
    }


def test_a_part_that_the_queue_refuses_fails_the_step_and_is_not_noted(
    bucket: Buckets, backbone: Aws
) -> None:
    assert bucket
    backbone.refuse["AmazonSQS.SendMessage"] = "com.amazonaws.sqs#QueueDoesNotExist"
    start()

    with pytest.raises(AwsError, match="SendMessage"):
        step()
    assert campaigns.read("spring") == State("running", HASH, 1, frozenset())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The function's clock, on a Monday at 08:00 in London and 17:00 in Tokyo."""
    clock = Clock()
    clock.now_s = datetime(2027, 1, 11, 8, tzinfo=UTC).timestamp()
    monkeypatch.setattr(time, "time", clock.now)
    return clock


def test_parts_wait_for_the_window_of_their_people(backbone: Aws, bucket: Buckets, clock: Clock) -> None:
    prepare(bucket, window={"hours": "Mon-Fri 09:00-18:00"})
    start()

    assert step() == (False, 1)  # to Tokyo
    assert step() == (False, 3600)
    assert {each[0] for each in queued(backbone)} == {"0"}

    clock.sleep(3600)
    backbone.queues[BULK].clear()
    assert [step() for _ in range(3)] == [(False, 1), (False, 1), (True, 0)]
    assert {each[0] for each in queued(backbone)} == {"1", "2"}


def test_parts_wait_until_it_is_no_longer_quiet_where_their_people_are(
    backbone: Aws, bucket: Buckets, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bucket
    assert clock
    monkeypatch.setenv("SWITCHBOARD_QUIET_HOURS", "20:00-09:00")
    start()

    assert [step(), step()] == [(False, 1), (False, 3600)]
    assert {each[0] for each in queued(backbone)} == {"0"}  # to Tokyo


def test_nothing_is_queued_that_would_still_wait_when_its_window_closes(
    backbone: Aws, bucket: Buckets, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """25 rows at 0.95 a second, twice that for what may wait before them, and the minute before closing."""
    monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", "1")
    prepare(bucket, window={"hours": "09:00-18:00"})
    start()
    clock.now_s += 3600 - 112  # until 18:00 in Tokyo

    assert step() == (False, 112)  # until 09:00 in London
    assert queued(backbone) == []

    clock.now_s -= 2
    assert step() == (False, 19)
    assert {each[0] for each in queued(backbone)} == {"0"}


def test_nothing_is_queued_that_would_wait_over_a_break(
    backbone: Aws, bucket: Buckets, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To send 25 rows, and as many before them, takes nine minutes."""
    monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", "0.1")
    prepare(bucket, window={"hours": "09:00-17:05, 17:07-18:00"})
    start()

    assert step() == (False, 7 * 60)  # until 17:07 in Tokyo
    assert queued(backbone) == []

    clock.sleep(7 * 60)
    step()
    assert {each[0] for each in queued(backbone)} == {"0"}


def test_what_is_waiting_is_sent_first_and_takes_its_time(
    backbone: Aws, bucket: Buckets, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """60 others at 0.95 a second, of which 25 are counted on; and the minute before closing."""
    monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", "1")
    prepare(bucket, window={"hours": "09:00-18:00"})
    backbone.queues[BULK] = [{"MessageBody": '{"id": "others"}'}] * 60
    start()
    clock.now_s += 3600 - 120  # until 18:00 in Tokyo

    assert step() == (False, 37)
    assert {*queued(backbone)} == {"others"}

    backbone.queues[BULK].clear()
    step()
    assert {each[0] for each in queued(backbone)} == {"0"}


def test_where_the_time_is_always_too_short_the_step_fails_once_the_others_are_queued(
    backbone: Aws, bucket: Buckets, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a window of eight minutes, 25 rows need ten, which the stack's pace may have become since."""
    monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", "0.1")
    prepare(bucket, window={"hours": "09:00-09:08"})
    start()

    clock.sleep(step()[1])  # until 09:00 in London
    for _ in range(2):
        step()
        backbone.queues[BULK].clear()
        clock.now_s += 86400
    with pytest.raises(NeverOpenError):
        step()
    assert campaigns.read("spring") == State("running", HASH, 1, frozenset({1, 2}))

    monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", "1")
    clock.sleep(step()[1])
    step()
    assert {each[0] for each in queued(backbone)} == {"0"}


def test_a_window_that_never_opens_fails_the_step(bucket: Buckets) -> None:
    prepare(bucket, window={"hours": "Mon-Sun 09:00-10:00", "without": []})
    summary = json.loads(bucket.objects[f"/campaigns/{campaigns.summary_key('spring', HASH)}"])
    summary["parts"] = [[25, ["Europe/London", "Asia/Tokyo"]]]
    bucket.objects[f"/campaigns/{campaigns.summary_key('spring', HASH)}"] = json.dumps(summary).encode()
    start()

    with pytest.raises(NeverOpenError):
        step()


def done(aws: Aws) -> list[Json]:
    events = [json.loads(each["MessageBody"]) for each in aws.queues[QUEUE]]
    return [each["payload"] for each in events if each["name"] == "campaign.done"]


def test_that_it_is_done_is_an_event(backbone: Aws, bucket: Buckets) -> None:
    assert bucket
    start()
    steps()

    (told,) = done(backbone)
    assert problems(CampaignDone, told, strict=True) == []
    assert (told["campaign"], told["hash"], told["recipients"], told["invalid"]) == ("spring", HASH, 40, 0)


def test_that_it_is_done_is_told_once_by_the_step_after_one_that_could_not(
    backbone: Aws, bucket: Buckets
) -> None:
    assert bucket
    start()
    for _ in PARTS:
        step()
    backbone.refuse["AmazonSQS.SendMessage"] = "com.amazonaws.sqs#QueueDoesNotExist"
    with pytest.raises(AwsError):
        step()
    backbone.refuse.clear()

    assert [step(), step()] == [(True, 0), (True, 0)]

    assert len(done(backbone)) == 1


def test_that_it_is_done_is_told_where_aws_s_reply_to_that_was_lost(backbone: Aws, bucket: Buckets) -> None:
    """Boto3 writes again then, on a condition that its own write has made false."""
    assert bucket
    start()
    for _ in PARTS:
        step()

    def lose(operation: str, asked: Json) -> None:
        if operation.endswith("UpdateItem"):
            written = backbone.answer_without_fault(operation, asked)["Attributes"]
            raise Refusal("ConditionalCheckFailedException", Item=written)

    backbone.fault = lose
    told = [step(), step()]

    assert (told, len(done(backbone))) == ([(False, 1), (True, 0)], 1)


def test_what_is_paused_just_as_it_would_be_done_is_not_done(
    backbone: Aws, bucket: Buckets, logs: Logs
) -> None:
    assert bucket
    state = start()
    for _ in PARTS:
        step()

    def pause(operation: str, _asked: Json) -> None:
        if operation.endswith("UpdateItem"):
            backbone.fault = None
            assert campaigns.mark("spring", "paused", state)

    backbone.fault = pause

    assert [step(), step()] == [(False, 1), (True, 0)]
    assert done(backbone) == []
    assert [line["message"] for line in logs.lines] == ["Queued"] * 3 + ["Stopped"]


@pytest.mark.parametrize("progress", ["paused", "cancelled"])
def test_what_was_stopped_is_not_done(backbone: Aws, bucket: Buckets, progress: Progress) -> None:
    assert bucket
    assert campaigns.mark("spring", progress, start())
    step()

    assert done(backbone) == []


def test_its_lines_name_nobody(bucket: Buckets, logs: Logs) -> None:
    assert bucket
    start()
    steps()

    assert [line["message"] for line in logs.lines] == ["Queued"] * 3 + ["Done"]
    assert "447700900" not in logs.text
