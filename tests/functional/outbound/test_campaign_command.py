"""Campaigns by events on the bus: what is refused, what is done once, and what is told of it."""

import json
import time
from collections.abc import Iterator

import pytest
from switchboard.aws import bucket as s3
from switchboard.aws import executions
from switchboard.reach import campaigns
from switchboard.reach import people as pseudonyms
from switchboard.reach.person_table import PersonTable
from switchboard.wire.reach import campaigns as wire
from switchboard.wire.validate import problems

from tests.conftest import Logs
from tests.fakes.backbone import BULK, QUEUE
from tests.fakes.buckets import Buckets, running
from tests.fakes.executions import EXECUTIONS
from tests.fakes.stores import Aws, Json, Refusal
from tests.functional.outbound.test_consent import KEY
from tests.pages.pages import in_language
from workers.campaign import app as steps
from workers.campaign_command import app

COMMANDS = "https://sqs.eu-west-1.amazonaws.com/123456789012/campaign-commands"
REJECTED = "https://sqs.eu-west-1.amazonaws.com/123456789012/campaign-rejected"
MESSAGE = {"channel": "sms", "message_type": "text", "from": "447700900000", "text": "Hello {name}"}
PEOPLE = [{"to": "447700900111", "name": "Ann"}, {"to": "+44 7700 900222", "name": "Bob"}]
START: Json = {"id": "spring", "message": MESSAGE, "people": PEOPLE, "confirm": "yes"}
ALWAYS, SHORT = {"hours": "00:00-24:00"}, {"hours": "09:00-09:05"}
CSV = "/campaigns/people/spring.csv"
EVENT_ID = "6a7e8feb-b491-4cf7-a9f1-bf3703467718"


@pytest.fixture(autouse=True)
def bucket(backbone: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Buckets]:
    """The environment of the function; gives the bucket."""
    backbone.queues |= {COMMANDS: [], REJECTED: [], BULK: []}
    backbone.tables["people"] = {}
    backbone.secret("person-key", {"key": KEY})
    pseudonyms._key.cache_clear()
    EXECUTIONS.clear()
    with running() as fake:
        for name, value in {
            "AWS_ENDPOINT_URL_S3": fake.url,
            "SWITCHBOARD_CAMPAIGN_BUCKET": "campaigns",
            "SWITCHBOARD_CAMPAIGN_MACHINE": "arn:aws:states:eu-west-1:1:stateMachine:campaigns",
            "SWITCHBOARD_CAMPAIGN_COMMANDS_QUEUE_URL": COMMANDS,
            "SWITCHBOARD_CAMPAIGN_COMMANDS_DLQ_URL": REJECTED,
            "SWITCHBOARD_BULK_COMMANDS_QUEUE_URL": BULK,
            "SWITCHBOARD_PEOPLE_TABLE_NAME": "people",
            "SWITCHBOARD_PERSON_KEY": "person-key",
            "SWITCHBOARD_MESSAGES_PER_SECOND": "30",
            "SWITCHBOARD_SENDERS_PER_SECOND": "Slow=0.01",
            "SWITCHBOARD_NUMBERS": "447700900000",
            "SWITCHBOARD_TIMELINE_DAYS": "30",
        }.items():
            monkeypatch.setenv(name, value)
        for client in (s3.client, executions.client):
            client.cache_clear()
        yield fake
        for client in (s3.client, executions.client):
            if client.cache_info().currsize:
                client().close()
            client.cache_clear()


def received(name: str, detail: object, identity: str = EVENT_ID, times: int = 1) -> Json:
    """An event as the queue gives it."""
    event = {"id": identity, "source": "shop", "detail-type": name, "detail": detail}
    return {
        "messageId": "message",
        "receiptHandle": "handle",
        "body": json.dumps(event),
        "attributes": {"ApproximateReceiveCount": str(times)},
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:campaign-commands",
    }


def deliver(name: str, detail: object, identity: str = EVENT_ID, times: int = 1) -> bool:
    """Whether the function is done with an event."""
    answer = app.lambda_handler({"Records": [received(name, detail, identity, times)]})
    return bool(answer == {"batchItemFailures": []})


def told(aws: Aws) -> list[tuple[str, Json]]:
    """The events that were put in their queue."""
    events = [json.loads(message["MessageBody"]) for message in aws.queues[QUEUE]]
    return [(event["name"], event["payload"]) for event in events]


def reason(aws: Aws, name: str = "campaign.start.rejected") -> str:
    ((event, payload),) = told(aws)
    assert event == name
    assert problems(wire.CampaignResult, payload, strict=True) == []
    return str(payload["reason"])


def without(name: str) -> Json:
    return {key: value for key, value in START.items() if key != name}


@pytest.mark.parametrize(
    ("detail", "why"),
    [
        (without("message"), "message is missing"),
        (without("people"), "people is missing"),
        (START | {"people": []}, "people is []; it must be 1 or more items"),
        (START | {"people": [{"to": 447700900111}]}, "people[0].to is *********111; it must be a text"),
        (START | {"people": {"key": "campaigns/x.csv"}}, "people.key is"),
        (START | {"people": {"file": "people/x.csv"}}, "people.file is not a field"),
        (START | {"id": "a/b"}, "up to 40 letters, digits, hyphens and colons"),
        (START | {"confirm": "certainly"}, "yes, or the hash that campaign.prepared has told"),
        (START | {"pace": "5"}, "pace is"),
        (START | {"price": 1}, "price is not a field"),
        (START | {"message": MESSAGE | {"to": "447700900111"}}, "The message says `to`. Take it out"),
        (START | {"message": MESSAGE | {"channel": "pigeon"}}, "There is nobody to send to. line 1: "),
        (START | {"message": MESSAGE | {"text": "Hello {first}"}}, "The message has {first}"),
        (START | {"people": [{"name": "Ann"}]}, "line 1: to is empty"),
        (START | {"people": [{"to": "33612345678", "name": "Ann"}]}, "in no country that AllowedCountries"),
        (
            START | {"people": {"key": "people/none.csv"}},
            "There is no people/none.csv in the",
        ),
        (START | {"confirm": "0123456789ab"}, "and 0123456789ab was confirmed"),
        (START | {"pace": 0.0000001}, "longer than its rows are kept: 30 days"),
        (START | {"pace": 5e-324, "message": MESSAGE | {"window": ALWAYS}}, "longer than its rows are kept"),
        (
            START | {"message": MESSAGE | {"from": "Slow", "window": SHORT}},
            "2 people at a time take 9 minutes",
        ),
        (
            without("confirm") | {"message": MESSAGE | {"from": "Slow", "window": SHORT}},
            "Give a longer window",
        ),
        (START | {"message": MESSAGE | {"at": "2027-01-11T09:00:00Z"}}, "The message says `at`. Take it out"),
    ],
)
def test_a_start_that_cannot_be_is_rejected_with_its_reason_and_kept(
    backbone: Aws, detail: Json, why: str
) -> None:
    assert deliver("campaign.start", detail)

    assert why in reason(backbone)
    assert EXECUTIONS == {}
    if "confirm" in detail:
        (kept,) = backbone.queues[REJECTED]
        assert json.loads(kept["MessageBody"])["detail"] == detail


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "people/spring.csv has no column `to`: its first line has nothing"),
        (b"number,name\n447700900111,Ann", "no column `to`: its first line has number, name"),
        (b"to,name\n\xff\xfe", "people/spring.csv can't be read"),
        (b"to,name\n12,Ann", "There is nobody to send to. line 2: "),
        (b"to,name\n" + b"x" * app.MOST_BYTES, "people/spring.csv has more than 50 MB"),
        (b"to,name\n" + b"1,a\n" * (campaigns.MOST_ROWS + 1), "100001 rows are too many"),
        (b"to\n" + b"1\n" * 20_000_000, "people/spring.csv has 200000 lines or more"),
    ],
)
def test_a_file_that_cannot_be_used_is_rejected(
    backbone: Aws, bucket: Buckets, document: bytes, why: str
) -> None:
    bucket.objects[CSV] = document

    assert deliver("campaign.start", START | {"people": {"key": "people/spring.csv"}})

    assert why in reason(backbone)


def test_a_list_of_nobody_is_rejected_and_worries_nobody(backbone: Aws, bucket: Buckets) -> None:
    """A night without appointments is none without a file."""
    bucket.objects[CSV] = b"to,name\n"

    assert deliver("campaign.start", START | {"people": {"key": "people/spring.csv"}})

    assert "There is nobody to send to." in reason(backbone)
    assert backbone.queues[REJECTED] == []


def test_more_rows_than_there_is_time_for_are_rejected(backbone: Aws) -> None:
    class Context:
        @staticmethod
        def get_remaining_time_in_millis() -> int:
            return 0

    assert app.lambda_handler({"Records": [received("campaign.start", START)]}, Context())

    assert "There was time to judge 0 rows with this message, and there are 2." in reason(backbone)


def test_more_than_the_stack_allows_a_day_is_doubtful(backbone: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_DAILY_MESSAGES", "1")
    assert deliver("campaign.start", without("confirm"))

    ((_, payload),) = told(backbone)
    (doubt,) = payload["doubtful"]
    assert doubt.startswith("2 messages are more than the 1 that the stack's DailyMessages allows a day")


def test_what_nobody_has_confirmed_is_prepared_and_nothing_is_sent(backbone: Aws, bucket: Buckets) -> None:
    people = [*PEOPLE, {"to": "33612345678", "name": "Eve"}, {"name": "Zoe"}]
    assert deliver("campaign.start", without("confirm") | {"people": people})

    ((name, payload),) = told(backbone)
    assert name == "campaign.prepared"
    assert problems(wire.CampaignPrepared, payload, strict=True) == []
    assert (payload["campaign"], payload["recipients"], payload["invalid"]) == ("spring", 2, 2)
    assert [each["line"] for each in payload["faults"]] == [3, 4]
    assert (payload["countries"], payload["units"], payload["doubtful"]) == ({"44": 2}, 2, [])
    assert (EXECUTIONS, bucket.objects, campaigns.read("spring")) == ({}, {}, None)

    backbone.queues[QUEUE].clear()
    confirmed = START | {"people": people, "confirm": payload["hash"]}
    assert deliver("campaign.start", confirmed, "another-event")
    assert [name for name, _ in told(backbone)] == ["campaign.start.accepted"]


@pytest.mark.parametrize(("marks", "opted_out"), [({}, 2), ({"purpose": "transactional"}, 0)])
def test_who_has_opted_out_by_now_is_counted_for_whoever_looks(
    backbone: Aws, marks: Json, opted_out: int
) -> None:
    for number, of in ((1, "*"), (2, "447700900000"), (3, "another"), (9, "*")):
        PersonTable().stop(pseudonyms.person_id(f"44770090011{number}"), of, "test")
    people = [{"to": f"+44770090011{number}", "name": "Ann"} for number in range(5)]

    assert deliver("campaign.start", without("confirm") | {"people": people, "message": MESSAGE | marks})

    ((_, payload),) = told(backbone)
    assert (payload["recipients"], payload["opted_out"]) == (5, opted_out)


@pytest.mark.parametrize("fails", ["DynamoDB_20120810.BatchGetItem", "secretsmanager.GetSecretValue"])
def test_where_nobody_knows_who_has_opted_out_it_is_looked_up_when_the_event_comes_again(
    backbone: Aws, fails: str
) -> None:
    backbone.refuse[fails] = "AccessDeniedException"
    assert not deliver("campaign.start", without("confirm"))
    assert told(backbone) == []

    backbone.refuse.clear()
    assert deliver("campaign.start", without("confirm"), times=2)
    assert [name for name, _ in told(backbone)] == ["campaign.prepared"]


def test_a_start_that_is_only_looked_at_is_not_kept_when_it_cannot_be(backbone: Aws) -> None:
    assert deliver("campaign.start", without("confirm") | {"people": [{"name": "Ann"}]})

    assert "to is empty" in reason(backbone)
    assert backbone.queues[REJECTED] == []


def test_a_confirmed_start_is_a_campaign_like_any_other(backbone: Aws) -> None:
    assert deliver("campaign.start", START)

    ((name, payload),) = told(backbone)
    assert name == "campaign.start.accepted"
    assert problems(wire.CampaignResult, payload, strict=True) == []
    facts = {key: payload[key] for key in ("campaign", "recipients", "queued", "invalid")}
    assert facts == {"campaign": "spring", "recipients": 2, "queued": 0, "invalid": 0}
    assert [json.loads(each["input"]) for each in EXECUTIONS.values()] == [{"campaign": "spring", "run": 1}]

    steps.lambda_handler({"campaign": "spring", "run": 1})
    texts = [json.loads(each["MessageBody"])["detail"]["text"] for each in backbone.queues[BULK]]
    assert texts == ["Hello Ann", "Hello Bob"]


def test_people_may_be_a_file_of_the_bucket(backbone: Aws, bucket: Buckets) -> None:
    bucket.objects[CSV] = "\ufeffto,name\n447700900111,Ann\n12,Eve\n447700900222,Bob\n".encode()

    assert deliver("campaign.start", START | {"people": {"key": "people/spring.csv"}})

    ((_, payload),) = told(backbone)
    assert (payload["outcome"], payload["recipients"], payload["invalid"]) == ("accepted", 2, 1)


def test_half_an_emoji_stops_nobody(backbone: Aws) -> None:
    people = [{"to": "447700900111", "name": "A\ud83d"}, {"to": "4477009002\ud83d", "name": "B"}, *PEOPLE]
    assert deliver("campaign.start", START | {"people": people})

    ((_, payload),) = told(backbone)
    assert (payload["outcome"], payload["recipients"], payload["invalid"]) == ("accepted", 2, 2)


def test_a_cell_that_one_lacks_is_empty(backbone: Aws) -> None:
    people: list[Json] = [*PEOPLE, {"to": "447700900333", "day": "Monday"}]
    assert deliver("campaign.start", without("confirm") | {"people": people})

    ((_, payload),) = told(backbone)
    assert payload["faults"] == [{"line": 3, "reason": "name is empty, and the message needs it"}]


@pytest.mark.parametrize(
    ("given", "campaign"),
    [(START | {"id": "day-2027-01-11T08:00:00Z"}, "day-2027-01-11T08-00-00Z"), (without("id"), "campaign-")],
)
def test_an_id_may_have_a_time_and_follows_from_the_message_otherwise(
    backbone: Aws, given: Json, campaign: str
) -> None:
    assert deliver("campaign.start", given)

    ((_, payload),) = told(backbone)
    assert payload["campaign"].startswith(campaign)
    assert campaigns.read(payload["campaign"]) is not None


@pytest.mark.parametrize("between", ["running", "done", "paused"])
def test_the_same_event_twice_starts_one_campaign(backbone: Aws, bucket: Buckets, between: str) -> None:
    """Whatever became of the campaign or its file in between."""
    bucket.objects[CSV] = b"to,name\n447700900111,Ann"
    start = START | {"people": {"key": "people/spring.csv"}}
    assert deliver("campaign.start", start)
    state = campaigns.read("spring")
    assert state
    if between != "running":
        assert campaigns.mark("spring", between, state)  # type: ignore[arg-type]
    bucket.objects[CSV] = b"to,name\n447700900222,Bob"

    assert deliver("campaign.start", start, times=2)

    assert len(EXECUTIONS) == 1
    assert [name for name, _ in told(backbone)] == ["campaign.start.accepted"]
    found = campaigns.read("spring")
    assert found
    assert (found.progress, found.hash, found.run) == (between, state.hash, 1)


def test_another_event_with_the_same_rows_starts_it_no_second_time(backbone: Aws) -> None:
    assert deliver("campaign.start", START, "first")
    assert deliver("campaign.start", START, "second")

    assert len(EXECUTIONS) == 1
    assert [payload["outcome"] for _, payload in told(backbone)] == ["accepted", "accepted"]


def test_other_rows_under_the_id_of_one_that_runs_are_rejected(backbone: Aws) -> None:
    assert deliver("campaign.start", START, "first")
    backbone.queues[QUEUE].clear()

    assert deliver("campaign.start", START | {"people": PEOPLE[:1]}, "second")

    assert reason(backbone) == (
        "The campaign spring is running, with other rows or another message. Cancel it first."
    )


@pytest.mark.parametrize("wish", ["pause", "resume", "cancel"])
@pytest.mark.parametrize(
    ("detail", "why"),
    [
        ({"id": "none"}, "There is no campaign 'none'."),
        ({}, "id is missing"),
        ({"id": "a", "b": 1}, "b is"),
    ],
)
def test_a_wish_for_a_campaign_that_is_not_there_is_rejected(
    backbone: Aws, wish: str, detail: Json, why: str
) -> None:
    assert deliver(f"campaign.{wish}", detail)

    assert why in reason(backbone, f"campaign.{wish}.rejected")
    assert backbone.queues[REJECTED] == []  # nobody waits for it, as for a start


def test_a_campaign_is_paused_resumed_and_cancelled(backbone: Aws) -> None:
    assert deliver("campaign.start", START, "1")
    for identity, wish, progress in (("2", "pause", "paused"), ("3", "resume", "running"),
                                     ("4", "cancel", "cancelled")):  # fmt: skip
        assert deliver(f"campaign.{wish}", {"id": "spring"}, identity)
        state = campaigns.read("spring")
        assert state
        assert state.progress == progress

    assert [name for name, _ in told(backbone)] == [
        "campaign.start.accepted", "campaign.pause.accepted", "campaign.resume.accepted",
        "campaign.cancel.accepted",
    ]  # fmt: skip
    assert list(EXECUTIONS) == ["spring-1", "spring-2"]


def test_a_start_of_what_runs_already_does_not_start_it_again_after_it_was_cancelled() -> None:
    for identity, wish in (("1", "start"), ("2", "start"), ("3", "cancel")):
        assert deliver(f"campaign.{wish}", START if wish == "start" else {"id": "spring"}, identity)

    assert deliver("campaign.start", START, "2", times=2)

    state = campaigns.read("spring")
    assert state
    assert (state.progress, list(EXECUTIONS)) == ("cancelled", ["spring-1"])


def test_a_start_of_what_should_run_and_has_failed_has_it_go_on(backbone: Aws, bucket: Buckets) -> None:
    assert deliver("campaign.start", START, "1")
    EXECUTIONS["spring-1"]["status"] = "FAILED"
    there = dict(bucket.objects)
    bucket.objects = {key: b"" if key.endswith("00000.jsonl") else each for key, each in there.items()}

    assert deliver("campaign.start", START, "2")

    assert [payload["outcome"] for _, payload in told(backbone)] == ["accepted", "accepted"]
    assert list(EXECUTIONS) == ["spring-1", "spring-2"]
    assert b"" in bucket.objects.values()  # what was erased of it stays so


@pytest.mark.parametrize("wish", ["pause", "cancel"])
def test_a_campaign_whose_rows_are_gone_is_stopped_and_no_numbers_are_told(
    backbone: Aws, bucket: Buckets, wish: str
) -> None:
    assert deliver("campaign.start", START, "1")
    bucket.objects.clear()
    backbone.queues[QUEUE].clear()

    assert deliver(f"campaign.{wish}", {"id": "spring"}, "2")

    ((name, payload),) = told(backbone)
    assert (name, "recipients" in payload) == (f"campaign.{wish}.accepted", False)
    assert problems(wire.CampaignResult, payload, strict=True) == []


def test_a_pause_that_comes_again_after_somebody_has_resumed_pauses_nothing() -> None:
    assert deliver("campaign.start", START, "1")
    assert deliver("campaign.pause", {"id": "spring"}, "2")
    assert deliver("campaign.resume", {"id": "spring"}, "3")

    assert deliver("campaign.pause", {"id": "spring"}, "2", times=2)

    state = campaigns.read("spring")
    assert state
    assert state.progress == "running"
    assert state.done_for == {"1", "2", "3"}


def test_a_pause_that_is_carried_out_twice_at_once_pauses_once(backbone: Aws) -> None:
    """The other one is done, and somebody has resumed, after this one has looked whether it's new."""
    assert deliver("campaign.start", START, "1")
    state = campaigns.read("spring")
    assert state
    looked = 0

    def meanwhile(operation: str, _asked: Json) -> None:
        nonlocal looked
        looked += operation == "DynamoDB_20120810.GetItem"
        if looked == 2:
            backbone.fault = None
            paused = campaigns.mark("spring", "paused", state, "2")
            assert campaigns.start("spring", state.hash, paused)

    backbone.fault = meanwhile
    assert not deliver("campaign.pause", {"id": "spring"}, "2")
    assert deliver("campaign.pause", {"id": "spring"}, "2", times=2)

    found = campaigns.read("spring")
    assert found
    assert (found.progress, found.run) == ("running", 2)


REQUESTS = (
    "DynamoDB_20120810.GetItem", "DynamoDB_20120810.UpdateItem", "AWSStepFunctions.StartExecution",
    "AmazonSQS.SendMessage",
)  # fmt: skip


@pytest.mark.parametrize("request_name", REQUESTS)
def test_what_aws_refuses_is_done_when_the_event_comes_again(
    backbone: Aws, logs: Logs, request_name: str
) -> None:
    backbone.refuse[request_name] = "InternalServerError"

    assert not deliver("campaign.start", START, times=3)
    assert backbone.delays == [8]
    assert "447700" not in logs.text
    backbone.refuse.clear()
    assert deliver("campaign.start", START, times=4)

    assert list(EXECUTIONS) == ["spring-1"]
    assert [name for name, _ in told(backbone)] == ["campaign.start.accepted"]


@pytest.mark.parametrize("people", [PEOPLE, {"key": "people/spring.csv"}])
def test_a_bucket_that_does_not_answer_is_asked_again(
    backbone: Aws, bucket: Buckets, people: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.objects[CSV] = b"to,name\n447700900111,Ann"
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        assert not deliver("campaign.start", START | {"people": people})
    s3.client.cache_clear()
    assert (told(backbone), EXECUTIONS) == ([], {})

    assert deliver("campaign.start", START | {"people": people}, times=2)

    assert list(EXECUTIONS) == ["spring-1"]


def test_who_changes_it_at_the_same_moment_is_waited_for(backbone: Aws) -> None:
    """Two deliveries of an event at once, of which one comes second."""

    def meanwhile(operation: str, _asked: Json) -> None:
        if operation == "DynamoDB_20120810.UpdateItem":
            backbone.fault = None
            assert campaigns.start("spring", "0123456789ab", None, EVENT_ID)
            raise Refusal(
                "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
                Item=backbone.tables["timeline"]["CAMPAIGN#spring", "campaign"],
            )

    backbone.fault = meanwhile
    assert not deliver("campaign.start", START)

    assert told(backbone) == []
    assert EXECUTIONS == {}


def test_what_is_no_event_is_tried_again_until_it_is_a_dead_letter(backbone: Aws) -> None:
    assert app.lambda_handler({"Records": [received("campaign.start", None) | {"body": "{"}]}) == {
        "batchItemFailures": [{"itemIdentifier": "message"}]
    }
    assert told(backbone) == []


@pytest.mark.parametrize("detail", [START, without("confirm"), START | {"people": [{"to": "33612345678"}]}])
def test_its_lines_name_nobody(logs: Logs, detail: Json) -> None:
    assert deliver("campaign.start", detail)

    assert [line["message"] for line in logs.lines][-1] in ("Done", "Prepared", "Rejected")
    assert all(each not in logs.text for each in ("447700900111", "33612345678", "Ann", "Hello"))


def test_the_page_s_events_start_campaigns_and_look_as_it_says(backbone: Aws, bucket: Buckets) -> None:
    shown = [json.loads(each.text) for each in in_language("json") if each.page == "docs/campaigns.md"]
    (started,) = (each for each in shown if "people" in each)
    (looked_at,) = (each for each in shown if "faults" in each)
    (schedule,) = (each.text for each in in_language("yaml") if each.page == "docs/campaigns.md")
    reminding = schedule.partition("Input: |\n")[2].replace(
        "<aws.scheduler.scheduled-time>", "2027-01-11T10:00:00Z"
    )
    bucket.objects["/campaigns/people/tomorrow.csv"] = b"to,name,time\n447700900111,Ann,10:00"

    assert deliver("campaign.start", started, "1")
    assert deliver("campaign.start", json.loads(reminding), "2")

    facts = [
        (payload["campaign"], payload["outcome"], payload["recipients"]) for _, payload in told(backbone)
    ]
    assert facts == [("spring-2027", "accepted", 2), ("reminder-2027-01-11T10-00-00Z", "accepted", 1)]
    assert problems(wire.CampaignPrepared, looked_at, strict=True) == []


def test_times_are_told_as_vonage_tells_them(backbone: Aws) -> None:
    assert deliver("campaign.start", without("confirm"))

    ((_, payload),) = told(backbone)
    assert payload["ends_at"].endswith("Z")
    assert payload["timestamp"][:10] == time.strftime("%Y-%m-%d", time.gmtime())
