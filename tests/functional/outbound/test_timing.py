"""A command waits for its time, and is then like any other: judged, allowed, wanted, and sent once."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from switchboard.aws import table
from switchboard.reach import people
from switchboard.timeline import events

from tests.conftest import Logs
from tests.fakes.backbone import BUS_COMMANDS, BUS_REJECTED, COMMANDS, QUEUE, REJECTED
from tests.fakes.scheduler import Scheduler, scheduling
from tests.fakes.stores import Aws, Json
from tests.fakes.vonage_api import Reply, VonageApi
from tests.functional.outbound.test_outbound import deliver, on_bus, results
from tests.samples import sample

SMS = sample("command_sms_text") | {"id": "c-1"}
CALL = sample("command_call_with_ncco") | {"id": "c-2"}
CANCEL: Json = {"id": "x-1", "name": "command.cancel", "detail": {"id": "c-1"}}
BULK_COMMANDS = "https://sqs.eu-west-1.amazonaws.com/123456789012/bulk-commands"
DAY_S = 86_400


@pytest.fixture(autouse=True)
def _in_order(vonage: VonageApi) -> None:
    """The queues and the table are there."""


@pytest.fixture
def scheduler(backbone: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduler]:
    """A stack with Reach."""
    backbone.queues[BULK_COMMANDS] = []
    monkeypatch.setenv("SWITCHBOARD_BULK_COMMANDS_QUEUE_URL", BULK_COMMANDS)
    monkeypatch.setenv("SWITCHBOARD_BULK_COMMANDS_DLQ_URL", BULK_COMMANDS)
    for name in ("DUE_QUEUE", "DUE_DLQ", "BULK_DUE_QUEUE", "BULK_DUE_DLQ"):
        monkeypatch.setenv(f"SWITCHBOARD_{name}_ARN", f"arn:{name}")
    with scheduling(monkeypatch) as scheduler:
        yield scheduler


def at(seconds: float) -> str:
    """A moment from now, as commands have it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds")


def open_in(begin_s: float, end_s: float) -> Json:
    """A window in UTC that is open from then until then, today and every day."""
    begin, end = (datetime.now(UTC) + timedelta(seconds=each) for each in (begin_s, end_s))
    return {"hours": f"{begin:%H:%M}-{end:%H:%M}", "zone": "UTC"}


def names(aws: Aws) -> list[str]:
    return [event["name"] for event in results(aws)]


def reason(aws: Aws) -> str:
    return str(results(aws)[-1]["payload"]["reason"])


def item(aws: Aws, command: Json = SMS) -> Json:
    return aws.tables["timeline"][f"COMMAND#{command['id']}", "progress"]


def queued(aws: Aws, url: str = BUS_COMMANDS) -> list[Json]:
    return [json.loads(message["MessageBody"]) for message in aws.queues[url]]


def time_has_come(aws: Aws, made: Json) -> None:
    """The schedule's time comes: what it gives the queue is delivered, and then what that puts there."""
    item(aws)["due"] = {"N": str(int(time.time()) - 1)}
    assert deliver(json.loads(made["Target"]["Input"]), queue=BUS_COMMANDS)
    for command in queued(aws):
        assert deliver(command | ({"at": at(-1)} if "at" in command else {}), queue=BUS_COMMANDS)


@pytest.mark.parametrize("when", [{"at": at(-3600)}, {"at": "2026-11-29T00:00Z"}, {"after": 0}])
def test_a_time_that_is_over_is_now(backbone: Aws, when: Json) -> None:
    assert deliver(SMS | when)

    assert names(backbone) == ["messages.send.accepted"]


def test_for_minutes_a_command_waits_in_a_queue_that_nobody_waits_behind(
    backbone: Aws, vonage: VonageApi, logs: Logs
) -> None:
    assert deliver(SMS | {"after": 600})

    (message,) = backbone.queues[BUS_COMMANDS]
    assert 599 <= message["DelaySeconds"] <= 601
    (command,) = queued(backbone)
    assert {name: value for name, value in command.items() if name != "at"} == SMS
    assert (vonage.requests, names(backbone), item(backbone)["progress"]) == ([], [], {"S": "delayed"})
    assert "waits" not in item(backbone)
    assert [line["message"] for line in logs.lines] == ["Delayed"]

    assert deliver(command | {"at": at(0)}, queue=BUS_COMMANDS)
    assert names(backbone) == ["messages.send.accepted"]


def test_after_counts_from_when_the_command_was_put_in_its_queue(backbone: Aws) -> None:
    assert deliver(SMS | {"after": 600}, waited_s=601)

    assert names(backbone) == ["messages.send.accepted"]


def test_on_the_bus_its_time_stands_in_the_detail_and_vonage_never_sees_it(vonage: VonageApi) -> None:
    event = on_bus(SMS)
    marks = {"at": at(-1), "window": open_in(-3600, 3600), "pace": "bulk"}
    assert deliver(event | {"detail": event["detail"] | marks}, queue=BUS_COMMANDS)

    assert marks.keys().isdisjoint(vonage.requests[0].body)


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ({"at": "tomorrow"}, 'at is "tomorrow"; it should be a time with its offset'),
        ({"at": "2027-01-01T12:00:00"}, "it should be a time with its offset"),
        ({"at": "2027-02-30T12:00:00Z"}, "there is no such day"),
        ({"after": -1}, "after is -1"),
        ({"after": 40_000_000}, "after is 40000000"),
        ({"at": at(0), "after": 0}, "at and after are both given"),
        ({"at": at(370 * DAY_S)}, "more than a year off"),
        ({"window": {"hours": "9 to 5"}}, "window.hours"),
        ({"window": {"hours": "09:00-09:00"}}, "window.hours"),
        ({"window": {"hours": "09:00-17:00", "zone": "Mars/Base"}}, "it must be a time zone"),
        ({"window": {"hours": "09:00-17:00", "zone": "localtime"}}, "it must be a time zone"),
        ({"window": {"hours": "09:00-17:00", "zone": "UTC", "country": "GB"}}, "both given"),
        ({"window": {"hours": "09:00-17:00", "country": "XX"}}, "Give the window a zone or a country"),
        ({"window": {"hours": "09:00-17:00", "without": ["2026-12-32"]}}, "there is no such day"),
    ],
)
def test_a_time_that_makes_no_sense_is_rejected_before_anything_waits(
    backbone: Aws, scheduler: Scheduler, marks: Json, said: str
) -> None:
    assert deliver(SMS | marks)

    assert names(backbone) == ["messages.send.rejected"]
    assert said.replace("should be", "must be") in reason(backbone).replace("should be", "must be")
    assert (scheduler.made, backbone.queues[BUS_COMMANDS]) == ({}, [])


def test_without_reach_what_is_further_off_is_rejected_with_the_parameters_name(backbone: Aws) -> None:
    assert deliver(SMS | {"after": 905})

    assert names(backbone) == ["messages.send.rejected"]
    assert "parameter Reach" in reason(backbone)
    assert len(backbone.queues[REJECTED]) == 1


def test_for_longer_a_schedule_brings_back_what_the_table_holds(
    backbone: Aws, vonage: VonageApi, scheduler: Scheduler
) -> None:
    due = (datetime.now(UTC) + timedelta(days=30)).replace(hour=17, minute=0)
    assert deliver(SMS | {"at": f"{due + timedelta(hours=1):%Y-%m-%dT%H:%M}:00+01:00"})

    (made,) = scheduler.made.values()
    assert made["ScheduleExpression"] == f"at({due:%Y-%m-%d}T17:00:00)"
    assert (made["Target"]["Arn"], made["Target"]["DeadLetterConfig"]) == (
        "arn:DUE_QUEUE",
        {"Arn": "arn:DUE_DLQ"},
    )
    assert SMS["detail"]["to"] not in json.dumps(made)
    assert vonage.requests == []
    assert int(item(backbone)["expires_at"]["N"]) > int(item(backbone)["due"]["N"])

    time_has_come(backbone, made)
    assert names(backbone) == ["messages.send.accepted"]
    assert "waits" not in item(backbone)


def test_bulk_waits_for_its_own_queue(backbone: Aws, scheduler: Scheduler) -> None:
    assert deliver(SMS | {"after": 3600, "pace": "bulk"})
    assert deliver(CALL | {"after": 60, "pace": "bulk"})

    (made,) = scheduler.made.values()
    assert made["Target"]["Arn"] == "arn:BULK_DUE_QUEUE"
    assert [command["id"] for command in queued(backbone, BULK_COMMANDS)] == ["c-2"]


def test_a_command_that_comes_twice_is_scheduled_once_for_the_time_of_the_first(
    backbone: Aws, scheduler: Scheduler
) -> None:
    assert deliver(SMS | {"after": 3600}, waited_s=90)
    due = item(backbone)["due"]
    assert deliver(SMS | {"after": 3600})

    assert len(scheduler.made) == 1
    assert item(backbone)["due"] == due


def test_a_schedule_that_comes_twice_sends_once(
    backbone: Aws, vonage: VonageApi, scheduler: Scheduler
) -> None:
    assert deliver(SMS | {"after": 3600})
    (made,) = scheduler.made.values()

    time_has_come(backbone, made)
    assert deliver(json.loads(made["Target"]["Input"]), queue=BUS_COMMANDS)
    assert deliver(queued(backbone)[0] | {"at": at(-1)}, queue=BUS_COMMANDS)

    assert len(vonage.requests) == 1


def test_what_scheduler_refuses_is_tried_again(backbone: Aws, scheduler: Scheduler) -> None:
    scheduler.refuses = "ThrottlingException"
    assert not deliver(SMS | {"after": 3600})
    assert (scheduler.made, names(backbone)) == ({}, [])

    scheduler.refuses = ""
    assert deliver(SMS | {"after": 3600}, 2, waited_s=10)
    assert len(scheduler.made) == 1


def test_who_opts_out_while_a_command_waits_is_sent_nothing(
    backbone: Aws, vonage: VonageApi, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    backbone.tables["people"] = {}
    backbone.secret("person-key", {"key": "0123456789abcdef" * 4})
    monkeypatch.setenv("SWITCHBOARD_PEOPLE_TABLE_NAME", "people")
    monkeypatch.setenv("SWITCHBOARD_PERSON_KEY", "person-key")
    people._key.cache_clear()
    assert deliver(SMS | {"after": 3600})
    (made,) = scheduler.made.values()

    assert deliver({"id": "s-1", "name": "consent.stop", "detail": {"person": SMS["detail"]["to"]}})
    time_has_come(backbone, made)

    assert vonage.requests == []
    assert results(backbone)[-1]["payload"]["opted_out"] is True


def test_outside_its_window_a_command_waits_for_the_next_opening(
    vonage: VonageApi, scheduler: Scheduler
) -> None:
    window = open_in(7200, 10_800)
    assert deliver(SMS | {"window": window})

    (made,) = scheduler.made.values()
    assert made["ScheduleExpression"].endswith(f"T{window['hours'][:5]}:00)")
    assert vonage.requests == []


def test_a_window_of_minutes_ahead_is_waited_for_in_the_queue(backbone: Aws) -> None:
    assert deliver(SMS | {"window": open_in(300, 3600)})

    assert 200 <= backbone.queues[BUS_COMMANDS][0]["DelaySeconds"] <= 300


def test_what_comes_back_when_its_window_is_closed_again_waits_for_the_next(
    backbone: Aws, vonage: VonageApi, scheduler: Scheduler
) -> None:
    assert deliver(SMS | {"window": open_in(7200, 10_800)})
    (made,) = scheduler.made.values()

    time_has_come(backbone, made)
    assert vonage.requests == []
    assert item(backbone)["progress"] == {"S": "delayed"}
    assert int(item(backbone)["due"]["N"]) > time.time()


def test_a_result_stands_when_it_is_asked_for_outside_the_window(backbone: Aws, scheduler: Scheduler) -> None:
    assert deliver(SMS | {"window": open_in(-3600, 3600)})
    assert deliver(SMS | {"window": open_in(7200, 10_800)}, 2)

    assert {*names(backbone)} == {"messages.send.accepted"}
    assert scheduler.made == {}


def test_of_a_call_the_window_is_that_of_whom_it_is_to(backbone: Aws, scheduler: Scheduler) -> None:
    connected = [{"action": "connect", "endpoint": [{"type": "phone", "number": "81312345678"}]}]
    call = CALL | {"detail": CALL["detail"] | {"ncco": connected}}
    now = datetime.now(UTC)
    hours = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M}"

    assert deliver(call | {"window": {"hours": hours, "zone": "UTC"}})
    assert names(backbone) == ["voice.call.accepted"]
    assert deliver(call | {"id": "c-3", "window": {"hours": hours, "country": "JP"}})
    assert len(scheduler.made) == 1


@pytest.mark.parametrize(
    ("marks", "waiting"),
    [
        ({"pace": "bulk"}, 1),
        ({"pace": "bulk", "window": open_in(-3600, 7200)}, 1),
        ({"pace": "bulk", "purpose": "transactional"}, 0),
        ({}, 0),
        ({"window": open_in(-3600, 7200)}, 0),
    ],
)
def test_bulk_waits_while_the_stack_is_quiet_and_nothing_else_does(
    backbone: Aws, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch, marks: Json, waiting: int
) -> None:
    quiet = open_in(-7200, 5400)
    monkeypatch.setenv("SWITCHBOARD_QUIET_HOURS", quiet["hours"])
    there = {"window": {"hours": "00:00-24:00", "zone": "UTC"}} if marks.get("pace") else {}

    sent = [] if waiting else ["messages.send.accepted"]

    assert deliver(SMS | there | marks)
    assert [len(scheduler.made), *names(backbone)] == [waiting, *sent]


def test_quiet_hours_are_those_of_the_numbers_own_country(
    backbone: Aws, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokyo = datetime.now(UTC) + timedelta(hours=9)
    quiet = f"{tokyo - timedelta(hours=1):%H:%M}-{tokyo + timedelta(hours=1):%H:%M}"
    monkeypatch.setenv("SWITCHBOARD_QUIET_HOURS", quiet)
    monkeypatch.setenv("SWITCHBOARD_ALLOWED_COUNTRIES", "*")
    bulk = SMS | {"pace": "bulk"}

    assert deliver(bulk)
    assert deliver(bulk | {"id": "c-9", "detail": SMS["detail"] | {"to": "819012345678"}})

    assert names(backbone) == ["messages.send.accepted"]
    assert len(scheduler.made) == 1


def test_what_reaches_nobody_has_no_quiet_hours_whatever_stands_beside_it(
    backbone: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHBOARD_QUIET_HOURS", "00:00-24:00")

    hang_up = sample("command_hangup") | {"id": "u-1", "pace": "bulk", "window": "by day"}
    del hang_up["detail"]["region_url"]

    assert deliver(hang_up)

    assert names(backbone) == ["voice.update.accepted"]


def test_quiet_hours_that_cannot_be_read_hold_everything_in_bulk_up(
    backbone: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHBOARD_QUIET_HOURS", "at night")

    assert not deliver(SMS | {"pace": "bulk"})
    assert names(backbone) == []


@pytest.mark.parametrize("command", [SMS, CALL])
def test_what_may_have_been_sent_just_before_its_window_closed_is_uncertain_and_not_kept_to_be_sent_again(
    backbone: Aws, vonage: VonageApi, command: Json
) -> None:
    """Without schedules it can't wait for the next opening, and would else be rejected."""
    identity = command["id"]
    key = {"pk": {"S": f"COMMAND#{identity}"}, "sk": {"S": "progress"}}
    cut_off = {**key, "progress": {"S": "sending"}, "since": {"N": f"{time.time() - 180:.3f}"}}
    backbone.tables["timeline"][f"COMMAND#{identity}", "progress"] = cut_off

    assert deliver(command | {"window": open_in(3600, 7200)}, attempts=2)

    assert names(backbone) == [f"{command['name']}.uncertain"]
    assert (backbone.queues[REJECTED], vonage.requests) == ([], [])


def test_a_command_that_waits_is_cancelled_and_its_schedule_deleted(
    backbone: Aws, vonage: VonageApi, scheduler: Scheduler, logs: Logs
) -> None:
    assert deliver(SMS | {"after": 3600})
    (made,) = scheduler.made.values()

    assert deliver(CANCEL)

    assert scheduler.made == {}
    assert "waits" not in item(backbone)
    assert names(backbone) == ["messages.send.rejected", "command.cancel.accepted"]
    sms, cancel = (event["payload"] for event in results(backbone))
    assert (sms["id"], sms["cancelled"], cancel["found"]) == ("c-1", True, "waiting")

    assert deliver(json.loads(made["Target"]["Input"]), queue=BUS_COMMANDS)  # it had been on its way
    assert (queued(backbone), vonage.requests) == ([], [])
    assert [line["message"] for line in logs.lines] == ["Delayed", "Accepted", "NotDue"]


def test_a_cancelled_command_that_comes_out_of_a_queue_is_not_carried_out(
    backbone: Aws, vonage: VonageApi
) -> None:
    assert deliver(SMS | {"after": 600, "pace": "bulk"})
    assert deliver(CANCEL)
    (delayed,) = queued(backbone)

    assert deliver(delayed | {"at": at(-1)}, queue=BUS_COMMANDS)
    assert vonage.requests == []
    assert backbone.queues[BUS_REJECTED] == []
    assert names(backbone) == ["messages.send.rejected", "command.cancel.accepted"]  # told twice is once


def test_a_command_that_comes_long_after_it_was_cancelled_is_the_same_event_in_the_same_place(
    backbone: Aws,
) -> None:
    """SQS drops an event with the same id for five minutes; after that, its place in the timeline tells."""
    assert deliver(SMS | {"after": 600})
    assert deliver(CANCEL)
    (delayed,) = queued(backbone)
    backbone.sent.clear()

    assert deliver(CANCEL | {"id": "x-2"})
    backbone.sent.clear()
    assert deliver(delayed | {"at": at(-1)}, queue=BUS_COMMANDS)

    told = [event for event in results(backbone) if event["name"] == "messages.send.rejected"]
    assert len(told) == 3
    assert len({json.dumps(table.keys(events.item(event))) for event in told}) == 1  # type: ignore[arg-type]


def test_a_command_that_nobody_has_seen_yet_is_not_carried_out_when_it_comes(
    backbone: Aws, vonage: VonageApi
) -> None:
    assert deliver(CANCEL)
    assert results(backbone)[0]["payload"]["found"] == "unknown"

    assert deliver(SMS | {"pace": "bulk"})
    assert vonage.requests == []
    assert names(backbone) == ["command.cancel.accepted", "messages.send.rejected"]
    assert results(backbone)[1]["payload"]["cancelled"] is True


@pytest.mark.parametrize(
    ("reply", "found"), [(None, "accepted"), (Reply(402), "rejected"), (Reply(500), "uncertain")]
)
def test_what_was_carried_out_can_not_be_cancelled_and_nobody_has_to_look_into_that(
    backbone: Aws, vonage: VonageApi, reply: Reply | None, found: str
) -> None:
    vonage.replies.extend([reply] if reply else [])
    assert deliver(SMS)
    kept = len(backbone.queues[REJECTED])
    assert deliver(CANCEL)

    assert names(backbone)[-1] == "command.cancel.rejected"
    assert results(backbone)[-1]["payload"]["found"] == found
    assert len(backbone.queues[REJECTED]) == kept


def test_a_command_that_vonage_throttled_can_be_cancelled(backbone: Aws, vonage: VonageApi) -> None:
    vonage.replies.append(Reply(429))
    assert not deliver(SMS)
    assert deliver(CANCEL)
    assert deliver(SMS, 2)

    assert len(vonage.requests) == 1
    assert results(backbone)[0]["payload"]["cancelled"] is True


def test_while_a_command_is_being_sent_its_cancellation_waits_for_what_becomes_of_it(backbone: Aws) -> None:
    backbone.tables["timeline"]["COMMAND#c-1", "progress"] = {
        "pk": {"S": "COMMAND#c-1"}, "sk": {"S": "progress"}, "progress": {"S": "sending"},
        "since": {"N": str(time.time())},
    }  # fmt: skip
    assert not deliver(CANCEL)
    assert backbone.queues[QUEUE] == []

    item(backbone)["since"] = {"N": "1"}  # it was cut off
    assert deliver(CANCEL, 2)
    assert results(backbone)[0]["payload"]["found"] == "uncertain"


def test_cancelling_twice_is_once(backbone: Aws) -> None:
    assert deliver(SMS | {"after": 600})
    assert deliver(CANCEL)
    assert deliver(CANCEL | {"id": "x-2"})

    assert {event["id"] for event in results(backbone) if event["name"] == "messages.send.rejected"} == {
        results(backbone)[0]["id"]
    }
    assert names(backbone)[-1] == "command.cancel.accepted"


def test_a_cancellation_that_may_not_have_deleted_the_schedule_is_done_again(
    backbone: Aws, scheduler: Scheduler
) -> None:
    assert deliver(SMS | {"after": 3600})
    scheduler.refuses = "ThrottlingException"
    assert not deliver(CANCEL)

    scheduler.refuses = ""
    assert deliver(CANCEL, 2)
    assert (scheduler.made, names(backbone)[-1]) == ({}, "command.cancel.accepted")
    assert backbone.queues[COMMANDS] == []
