"""The record function: from a batch of the event queue to the timeline and the bus, over the wire."""

import itertools
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from switchboard.envelope import short
from switchboard.timeline import events as timeline

from tests.conftest import Logs
from tests.factories import CALLER
from tests.fakes.backbone import DEAD
from tests.fakes.stores import OPERATIONS, Aws, Json, Refusal
from workers.record import app

_numbers = itertools.count()


pytestmark = pytest.mark.usefixtures("backbone")


def event(subject: str = "CON-1", name: str = "voice.answered", **payload: object) -> Json:
    return {
        "id": f"id-{next(_numbers)}",
        "name": name,
        "received_at": 1_795_400_000.5,
        "subject": subject,
        "payload": {"timestamp": "2026-11-23T07:00:00.000Z", "conversation_uuid": subject, **payload},
    }


def batch(*events: Json) -> Json:
    return {
        "Records": [
            {"messageId": e["id"], "body": json.dumps(e), "attributes": {"MessageGroupId": e["subject"]}}
            for e in events
        ]
    }


def failures(*events: Json) -> list[str]:
    return [item["itemIdentifier"] for item in app.lambda_handler(batch(*events))["batchItemFailures"]]


def refusing(*operations: str, when: Callable[[Json], bool] = lambda _: True) -> Callable[[str, Json], None]:
    def fault(operation: str, asked: Json) -> None:
        if operation.partition(".")[2] in operations and when(asked):
            raise Refusal("InternalFailure", status=500)

    return fault


def test_an_event_is_in_the_timeline_and_on_the_bus(aws: Aws) -> None:
    sent = event(price="0.0150", unknown=[1, {"a": None}])

    assert failures(sent) == []
    (entry,) = timeline.read("CON-1")
    (published,) = aws.events
    assert (entry["id"], entry["name"], entry["payload"]) == (sent["id"], sent["name"], sent["payload"])
    assert (published["Source"], published["DetailType"]) == ("vonage.voice", "voice.answered")
    assert published["EventBusName"] == "bus"
    assert json.loads(published["Detail"]) == sent


@pytest.mark.parametrize(
    ("name", "status", "reasons"),
    [
        ("rejected", {"error": {"title": "1240", "detail": "to 447700900111"}}, ["1240"]),
        ("undeliverable", {"error": {"title": 1330}}, ["1330"]),
        ("rejected", {"error": {"code": 1300, "reason": "Undeliverable"}}, ["1300"]),
        ("rejected", {"error": {"title": "Call 447700900111"}}, ["unknown"]),
        ("undeliverable", {}, ["unknown"]),
        ("delivered", {"error": {"title": "1330"}}, []),
    ],
)
def test_a_message_that_did_not_arrive_is_counted_once_with_vonages_code(
    logs: Logs, name: str, status: Json, reasons: list[str]
) -> None:
    told = event("m-1", f"messages.status.{name}", status=name, message_uuid="m-1", **status)

    assert failures(told) == failures(told) == []

    lines = [line for line in logs.lines if line["message"] == "Undelivered"]
    assert [line["reason"] for line in lines] == reasons
    assert all("447700900111" not in json.dumps(line) for line in lines)


CAMPAIGNS = f"c-{'0' * 64}"


def status(word: str, reference: object, subject: str = "m-1") -> Json:
    return event(subject, f"messages.status.{word}", status=word, message_uuid=subject, client_ref=reference)


def test_a_status_says_which_message_a_campaign_s_command_became(aws: Aws) -> None:
    others = f"c-{'1' * 64}"
    told = [
        status("submitted", CAMPAIGNS),
        status("delivered", CAMPAIGNS),
        status("submitted", others, "m-2"),
    ]
    neither = [status("submitted", each, "m-3") for each in ("c-1", 7, None)]

    assert failures(*told, *neither, event("m-3", "messages.inbound", client_ref=f"c-{'2' * 64}")) == []

    found = {key: item for key, item in aws.tables["timeline"].items() if key[1] == "message"}
    assert {key[0]: item["message_uuid"]["S"] for key, item in found.items()} == {
        f"COMMAND#{CAMPAIGNS}": "m-1",
        f"COMMAND#{others}": "m-2",
    }
    assert {item["expires_at"]["N"] for item in found.values()} <= {
        item["expires_at"]["N"] for key, item in aws.tables["timeline"].items() if key[1] != "message"
    }


def test_a_status_of_which_that_could_not_be_noted_comes_again(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, other = status("delivered", CAMPAIGNS), event("CON-1")
    write = OPERATIONS["DynamoDB_20120810.BatchWriteItem"]

    def refuses(aws: Aws, asked: Json) -> Json:
        if any("message_uuid" in each["PutRequest"]["Item"] for each in asked["RequestItems"]["timeline"]):
            raise Refusal("InternalServerError", status=500)
        return write(aws, asked)

    monkeypatch.setitem(OPERATIONS, "DynamoDB_20120810.BatchWriteItem", refuses)

    assert failures(told, other) == [told["id"]]
    assert {key[0] for key in aws.tables["timeline"]} == {"CALL#CON-1"}

    monkeypatch.setitem(OPERATIONS, "DynamoDB_20120810.BatchWriteItem", write)
    assert failures(told) == []
    assert len(aws.tables["timeline"]) == 3


def test_a_call_that_is_rejected_is_no_message(logs: Logs) -> None:
    assert failures(event(name="voice.rejected", status="rejected")) == []
    assert "Undelivered" not in logs.text


def test_a_duplicate_is_neither_written_nor_published(aws: Aws, logs: Logs) -> None:
    sent = event()

    assert failures(sent) + failures(sent) == []
    assert len(aws.events) == len(aws.tables["timeline"]) == 1
    assert [line["message"] for line in logs.lines] == ["Recorded", "Duplicate"]


def test_an_event_that_is_in_a_batch_twice_is_one(aws: Aws, logs: Logs) -> None:
    sent = event()

    assert failures(sent, sent) == []
    assert len(aws.events) == len(aws.tables["timeline"]) == 1
    assert [line["message"] for line in logs.lines] == ["Duplicate", "Recorded"]


def test_an_event_that_is_not_on_the_bus_is_not_in_the_timeline(aws: Aws) -> None:
    sent = event()
    aws.fault = refusing("PutEvents")
    assert failures(sent) == [sent["id"]]
    assert aws.tables["timeline"] == {}

    aws.fault = None

    assert failures(sent) == []
    assert len(aws.events) == 1


def test_an_event_that_was_published_but_not_written_is_published_again(aws: Aws) -> None:
    sent = event()
    aws.fault = refusing("BatchWriteItem")
    assert failures(sent) == [sent["id"]]

    aws.fault = None

    assert failures(sent) == []
    assert [json.loads(entry["Detail"])["id"] for entry in aws.events] == [sent["id"]] * 2
    assert [e["id"] for e in timeline.read("CON-1")] == [sent["id"]]


def test_an_event_that_release_0_1_had_yet_to_publish_is_published(aws: Aws) -> None:
    sent = event()
    failures(sent)
    next(iter(aws.tables["timeline"].values()))["unpublished"] = {"BOOL": True}

    assert failures(sent) + failures(sent) == []
    assert len(aws.events) == 2


def test_an_entry_that_the_bus_did_not_take_counts_as_failed(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}
    monkeypatch.setitem(OPERATIONS, "AWSEvents.PutEvents", lambda _aws, _asked: refused)
    sent = event()

    assert failures(sent) == [sent["id"]]
    assert aws.tables["timeline"] == {}


def test_what_a_busy_table_keeps_leaving_undone_comes_again_and_the_rest_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = event("CON-1"), event("CON-2")

    def leaves_second(aws: Aws, asked: Json) -> Json:
        requests = asked["RequestItems"]["timeline"]
        for request in requests:
            item = request["PutRequest"]["Item"]
            if item["id"]["S"] == first["id"]:
                aws.tables["timeline"][item["pk"]["S"], item["sk"]["S"]] = item
        undone = [each for each in requests if each["PutRequest"]["Item"]["id"]["S"] == second["id"]]
        return {"UnprocessedItems": {"timeline": undone}}

    monkeypatch.setitem(OPERATIONS, "DynamoDB_20120810.BatchWriteItem", leaves_second)

    assert failures(first, second) == [second["id"]]
    assert [e["id"] for e in timeline.read("CON-1")] == [first["id"]]


@pytest.mark.parametrize("operation", ["BatchGetItem", "BatchWriteItem", "PutEvents"])
def test_an_event_that_was_not_recorded_is_logged_with_its_id_and_awss_code(
    aws: Aws, logs: Logs, operation: str
) -> None:
    aws.fault = refusing(operation)
    sent = event()

    failures(sent)

    (line,) = logs.lines
    assert (line["message"], line["id"], line["error"]) == ("NotRecorded", sent["id"], "InternalFailure")


def test_after_a_failure_the_rest_of_the_same_call_comes_again_and_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second, third = event("CON-1"), event("CON-1"), event("CON-1")
    other = event("CON-2")
    throttled = {"ErrorCode": "ThrottlingException"}

    def put_events(_aws: Aws, asked: Json) -> Json:
        ids = [json.loads(entry["Detail"])["id"] for entry in asked["Entries"]]
        return {"Entries": [throttled if each == second["id"] else {"EventId": each} for each in ids]}

    monkeypatch.setitem(OPERATIONS, "AWSEvents.PutEvents", put_events)

    assert failures(first, second, other, third) == [second["id"], third["id"]]
    assert [e["id"] for e in timeline.read("CON-1")] == [first["id"], third["id"]]
    assert [e["id"] for e in timeline.read("CON-2")] == [other["id"]]


def test_an_event_that_the_table_never_takes_is_put_aside_and_its_call_goes_on(aws: Aws, logs: Logs) -> None:
    first, never, after = event(), event(text="x" * 500_000), event()

    assert failures(first, never, after) == []
    assert [json.loads(message["MessageBody"])["id"] for message in aws.queues[DEAD]] == [never["id"]]
    assert [e["id"] for e in timeline.read("CON-1")] == [first["id"], after["id"]]
    unrecordable, recorded = logs.lines
    assert (unrecordable["message"], unrecordable["id"]) == ("Unrecordable", never["id"])
    assert unrecordable["error"] == "ValidationException"
    assert (recorded["ids"], recorded["Recorded"]) == ([first["id"], after["id"]], 2)


def test_an_event_that_the_bus_never_takes_is_put_aside_and_its_call_goes_on(aws: Aws, logs: Logs) -> None:
    never, after = event(number=2**63), event()

    assert failures(never, after) == []
    assert [json.loads(message["MessageBody"])["id"] for message in aws.queues[DEAD]] == [never["id"]]
    assert [json.loads(entry["Detail"])["id"] for entry in aws.events] == [after["id"]]
    assert [(line["message"], line.get("error")) for line in logs.lines] == [
        ("Unrecordable", "MalformedDetail"),
        ("Recorded", None),
    ]


def test_an_event_that_is_sent_again_as_soon_as_it_was_put_aside_is_put_aside_again_and_once(
    aws: Aws,
) -> None:
    """SQS drops what has the same deduplication id for five minutes, also what was taken out meanwhile."""
    sms = {"channel": "sms", "from": CALLER, "to": "447700900000", "text": "stop please"}
    never = event("m-1", "messages.inbound", message_type="text", number=2**63, **sms)
    first, again = batch(never), batch(never)
    again["Records"][0]["messageId"] = "another"

    for received in (first, again):
        for _ in range(2):
            assert app.lambda_handler(received) == {"batchItemFailures": []}
        kept = [json.loads(message["MessageBody"])["name"] for message in aws.queues[DEAD]]
        assert kept == ["messages.inbound", "consent.unclear"]
        aws.queues[DEAD].clear()


@pytest.mark.parametrize("spoiled", [{"text": "x" * 500_000}, {"number": 2**63}])
def test_an_event_that_could_not_even_be_put_aside_comes_again(aws: Aws, spoiled: Json) -> None:
    never, after = event(**spoiled), event()
    aws.fault = refusing("SendMessage")

    assert failures(never, after) == [never["id"], after["id"]]


@pytest.mark.parametrize("body", ["", "not JSON", "[]", "{}", '{"id": 1}'])
def test_a_poison_message_fails_alone_and_is_not_quoted(body: str, logs: Logs) -> None:
    good = event()
    records = batch(good)
    records["Records"].insert(
        0, {"messageId": "poison", "body": body, "attributes": {"MessageGroupId": "other"}}
    )

    assert app.lambda_handler(records) == {"batchItemFailures": [{"itemIdentifier": "poison"}]}
    assert [line["message"] for line in logs.lines] == ["NotRecorded", "Recorded"]


def test_events_are_read_in_the_order_they_happened_and_not_as_they_came() -> None:
    times = [
        "2026-11-23T07:00:02Z",
        "2026-11-23T08:00:01.500+01:00",
        "2026-11-23T07:00:03.000Z",
        "2026-11-23T07:00:00.100Z",
    ]
    sent = [event(timestamp=time) for time in times]
    failures(*sent)

    assert [e["id"] for e in timeline.read("CON-1")] == [sent[n]["id"] for n in (3, 1, 0, 2)]


@pytest.mark.parametrize("timestamp", [None, "", "yesterday", 5, {"a": 1}])
def test_an_event_without_a_usable_time_has_one_place_all_the_same(aws: Aws, timestamp: object) -> None:
    sent = event(timestamp=timestamp)

    assert failures(sent) + failures(sent | {"received_at": 1.0}) == []
    assert len(aws.events) == 1
    assert timeline.read("CON-1")[0]["at"] == "2026-11-23T02:13:20.500Z"


@pytest.mark.parametrize("timestamp", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00"])
def test_a_time_that_utc_has_no_year_for_is_as_good_as_none(timestamp: str) -> None:
    assert failures(event(timestamp=timestamp)) == []
    assert timeline.read("CON-1")[0]["at"] == "2026-11-23T02:13:20.500Z"


def test_a_call_with_a_very_long_id_is_found_by_it() -> None:
    failures(event(short("C" * 3000)))

    assert len(timeline.read("C" * 3000)) == 1


def test_the_latest_calls_and_messages_are_listed_once_each() -> None:
    today = datetime.now(UTC).strftime("%Y-%m-%dT07:00:0")
    sent = [event(f"CON-{n % 3}", "voice.started", timestamp=f"{today}{n}Z") for n in range(6)]
    sent += [event("m-1", "messages.inbound", timestamp=f"{today}9Z"), event("CON-9", "voice.record")]
    failures(*sent)

    assert [e["subject"] for e in timeline.recent()] == ["m-1", "CON-2", "CON-1", "CON-0"]
    assert [e["subject"] for e in timeline.recent(limit=2)] == ["m-1", "CON-2"]


def test_the_latest_are_in_order_across_the_shards_and_with_what_an_older_release_wrote(aws: Aws) -> None:
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    sent = [event(f"CON-{n}", "voice.started", timestamp=f"{today}T07:00:{n:02}Z") for n in range(40)]
    failures(*sent)
    for item in list(aws.tables["timeline"].values())[::3]:
        item["day"] = {"S": today}

    assert [e["subject"] for e in timeline.recent(limit=40)] == [e["subject"] for e in reversed(sent)]


def test_the_events_of_a_day_are_spread_over_all_shards_and_those_of_a_call_are_not(aws: Aws) -> None:
    for n in range(200):
        failures(event(f"CON-{n}", "voice.started", uuid="u-1"), event(f"CON-{n}", "voice.started"))

    days: dict[str, set[str]] = {}
    for item in aws.tables["timeline"].values():
        days.setdefault(item["pk"]["S"], set()).add(item["day"]["S"])
    assert {len(of_one_call) for of_one_call in days.values()} == {1}
    assert len(set.union(*days.values())) == timeline.SHARDS


def test_an_item_expires(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_TIMELINE_DAYS", "1")
    failures(event())

    (item,) = aws.tables["timeline"].values()
    assert int(item["expires_at"]["N"]) - time.time() == pytest.approx(86400, abs=5)
