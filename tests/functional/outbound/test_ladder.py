"""A campaign that climbs: from its file to what Vonage is asked, while statuses come, or don't."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from switchboard.aws import bucket as s3
from switchboard.campaigns import estimate, message, people, rows, steps, visits
from switchboard.campaigns import running as running_campaign
from switchboard.campaigns.prepared import Bounds, prepare
from switchboard.campaigns.running import NeverOpenError
from switchboard.errors import AwsError
from switchboard.outbound import claims
from switchboard.reach import campaigns
from switchboard.reach import people as pseudonyms

from tests.fakes import backbone as fakes
from tests.fakes.backbone import BULK, QUEUE
from tests.fakes.buckets import running
from tests.fakes.clock import Clock
from tests.fakes.stores import Aws, Json, Refusal
from tests.fakes.vonage_api import Reply, VonageApi
from tests.functional.outbound.test_campaign import REJECTED_BULK, received
from tests.functional.outbound.test_consent import KEY
from workers.campaign import app
from workers.outbound import app as outbound
from workers.record import app as record

PUSH, TEXT, VOICE = "447700900001", "447700900000", "447700900002"
WHATSAPP = {"channel": "whatsapp", "message_type": "text", "from": PUSH, "text": "Hello.", "wait": "30m"}
SMS = {"channel": "sms", "message_type": "text", "from": TEXT, "text": "Hello."}
CALL = {
    "from": {"type": "phone", "number": VOICE},
    "ncco": [{"action": "talk", "text": "Hello."}],
    "again": {"busy": "10m"},
    "attempts": 3,
}
LADDER: Json = {"steps": [WHATSAPP, SMS | {"wait": "2h"}, CALL]}
# A Monday at noon in London.
BEGIN = datetime(2027, 1, 11, 12, tzinfo=UTC).timestamp()


@dataclass
class World:
    """A stack with a campaign, and Vonage, which says of each number what it was told to.

    Attributes:
        says: by the channel and the number, the statuses; or what is answered to the request.
        asked: the channel, the number and the minutes after noon, of each request that Vonage took.
    """

    aws: Aws
    vonage: VonageApi
    clock: Clock
    says: dict[tuple[str, str], list[str] | Reply] = field(default_factory=dict)
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    steps: int = 0
    number: int = 1
    """Of the campaign's run."""

    def __post_init__(self) -> None:
        self.vonage.reply = self.answer
        self.told: list[Json] = []

    def prepare(self, text: Json, *to: str) -> float:
        """Start a campaign; gives the minutes after noon by which it's told to be done."""
        sheet = people.parse("\n".join(["to", *to]).encode(), "it")
        prepared = prepare("spring", sheet, message.parse(text, "it"), Bounds("*", "", ""), BEGIN)
        assert len(prepared.recipients) == len(to)
        rows.upload(prepared, 0)
        assert campaigns.start("spring", prepared.hash, campaigns.read("spring"))
        return (estimate.end(prepared, BEGIN, 0, days=60) - BEGIN) / 60

    def answer(self, asked: Json) -> Reply:
        to = asked["to"]
        channel, number = ("voice", to[0]["number"]) if isinstance(to, list) else (asked["channel"], to)
        says = self.says.get((channel, number), [])
        if isinstance(says, Reply) and not says.lost:
            return says
        self.asked.append((channel, number, round((self.clock.now_s - BEGIN) / 60)))
        identity = f"{channel}-{len(self.asked)}"
        for status in says if isinstance(says, list) else says.headers.get("status", "").split():
            payload = {"status": status, "timestamp": shown(self.clock.now_s)}
            if channel == "voice":
                payload |= {"conversation_uuid": identity, "uuid": f"leg-{identity}"}
            else:
                payload |= {"message_uuid": identity, "client_ref": asked["client_ref"]}
            self.told.append({"subject": identity, "payload": payload})
        call = {"conversation_uuid": identity, "uuid": f"leg-{identity}"}
        body = call if channel == "voice" else {"message_uuid": identity}
        return says if isinstance(says, Reply) else Reply(body=body)

    def step(self) -> bool:
        """A step of the campaign, what is in the queue then, and what Vonage says; whether it goes on."""
        self.steps += 1
        assert self.steps < 200
        told = app.lambda_handler({"campaign": "spring", "run": self.number})
        self.deliver()
        self.clock.sleep(told["wait_s"])
        return not told["ended"]

    def deliver(self) -> None:
        messages, self.aws.queues[BULK] = self.aws.queues[BULK], []
        for each in messages:
            outbound.lambda_handler({"Records": [received(json.loads(each["MessageBody"]))]})
        while self.told:
            event = self.told.pop(0)
            kind = "voice" if "uuid" in event["payload"] else "messages.status"
            event |= {"name": f"{kind}.{event['payload']['status']}", "received_at": self.clock.now_s}
            event["id"] = f"{event['subject']}-{event['payload']['status']}"
            message = {"messageId": "1", "body": json.dumps(event), "attributes": {"MessageGroupId": "g"}}
            assert record.lambda_handler({"Records": [message]}) == {"batchItemFailures": []}

    def run(self) -> None:
        while self.step():
            pass
        state = campaigns.read("spring")
        assert state is not None
        assert (state.progress, state.looks) == ("done", {})


def shown(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


@pytest.fixture
def world(backbone: Aws, vonage: VonageApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    clock = Clock()
    clock.now_s = BEGIN
    monkeypatch.setattr(time, "time", clock.now)
    monkeypatch.setattr(fakes, "_AT_ONCE", 100)  # a table that isn't busy
    backbone.queues |= {BULK: [], REJECTED_BULK: []}
    backbone.tables["people"] = {}
    backbone.secret("person-key", {"key": KEY})
    for name, value in {
        "SWITCHBOARD_CAMPAIGN_BUCKET": "campaigns",
        "SWITCHBOARD_BULK_COMMANDS_QUEUE_URL": BULK,
        "SWITCHBOARD_BULK_COMMANDS_DLQ_URL": REJECTED_BULK,
        "SWITCHBOARD_PEOPLE_TABLE_NAME": "people",
        "SWITCHBOARD_PERSON_KEY": "person-key",
    }.items():
        monkeypatch.setenv(name, value)
    pseudonyms._key.cache_clear()
    with running() as fake:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", fake.url)
        s3.client.cache_clear()
        yield World(backbone, vonage, clock)
        s3.client().close()
        s3.client.cache_clear()


JAPANESE = "819012345678"
A, B, C, D, E = (f"44770090010{number}" for number in range(5))


def test_each_is_tried_until_they_are_reached(world: World) -> None:
    world.says = {
        ("whatsapp", A): ["submitted", "delivered"],
        ("whatsapp", B): Reply(422),
        ("whatsapp", C): ["submitted", "undeliverable"],
        ("whatsapp", D): ["submitted"],
        ("sms", B): ["delivered"],
        ("sms", C): ["submitted"],
        ("sms", D): ["undeliverable"],
        ("sms", E): ["delivered"],
        ("voice", C): ["ringing", "answered"],
        ("voice", D): ["ringing", "busy"],
    }
    world.prepare(LADDER, A, B, C, D, E)

    world.run()

    ways = {to: [(how, at) for how, number, at in world.asked if number == to] for to in (A, B, C, D, E)}
    assert ways == {
        A: [("whatsapp", 0)],
        B: [("sms", 0)],
        C: [("whatsapp", 0), ("sms", 0), ("voice", 120)],
        D: [("whatsapp", 0), ("sms", 30), ("voice", 30), ("voice", 40), ("voice", 51)],
        E: [("whatsapp", 0), ("sms", 30)],
    }
    assert world.steps < 80


def test_nobody_gets_a_try_twice_whoever_dies_meanwhile(world: World) -> None:
    """Each note is lost once, after its commands were queued; and half of the commands once, before it."""
    world.says = {("whatsapp", A): Reply(422), ("sms", A): ["undeliverable"], ("voice", A): ["busy"]}
    world.prepare(LADDER, A, B)
    failed: Counter[str] = Counter()

    def dies(operation: str, asked: Json) -> None:
        about = f"{operation} {asked.get('UpdateExpression', '')} {asked.get('MessageBody', '')[:90]}"
        is_ours = "looks.part" in about or ("SendMessage" in about and asked["QueueUrl"] == BULK)
        failed[about] += is_ours
        if is_ours and failed[about] % 2:
            raise Refusal("InternalServerError", status=500)

    while True:
        world.aws.fault = dies
        try:
            told = app.lambda_handler({"campaign": "spring", "run": 1})
        except AwsError:
            continue
        finally:
            world.aws.fault = None
            world.deliver()
        if told["ended"]:
            break
        world.clock.sleep(told["wait_s"])

    assert failed.total() > 15
    assert Counter((how, to) for how, to, _ in world.asked) == {
        ("sms", A): 1, ("voice", A): 3, ("whatsapp", B): 1, ("sms", B): 1, ("voice", B): 1,
    }  # fmt: skip


def stop(sender: str, person: str) -> None:
    command = {"id": f"stop-{person}", "name": "consent.stop", "detail": {"person": person, "sender": sender}}
    assert outbound.lambda_handler({"Records": [received(command)]}) == {"batchItemFailures": []}


def test_who_opts_out_of_one_sender_is_not_reached_by_the_next_one(world: World) -> None:
    world.prepare(LADDER, A, B)
    world.step()
    stop(PUSH, A)

    world.run()

    assert [how for how, to, _ in world.asked if to == A] == ["whatsapp"]
    assert [how for how, to, _ in world.asked if to == B] == ["whatsapp", "sms", "voice"]


def test_what_is_transactional_climbs_all_the_same(world: World) -> None:
    stop(PUSH, A)
    world.prepare(LADDER | {"purpose": "transactional"}, A)

    world.run()

    assert [how for how, _, _ in world.asked] == ["whatsapp", "sms", "voice"]


def test_nobody_is_called_because_the_day_s_messages_are_used_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHBOARD_DAILY_MESSAGES", "1")
    world.says = {("whatsapp", A): ["delivered"], ("whatsapp", B): ["delivered"]}
    world.prepare(LADDER, A, B)

    world.run()

    assert [how for how, _, _ in world.asked] == ["whatsapp"]


def test_a_lost_reply_is_found_by_its_statuses_and_else_never_repeated(world: World) -> None:
    world.says = {
        ("whatsapp", A): Reply(lost=True, headers={"status": "submitted delivered"}),
        ("whatsapp", B): Reply(lost=True, headers={"status": "submitted undeliverable"}),
        ("whatsapp", C): Reply(lost=True),
        ("voice", C): Reply(lost=True, headers={"status": "busy"}),
    }
    world.prepare(LADDER, A, B, C)

    world.run()

    ways = {to: [(how, at) for how, number, at in world.asked if number == to] for to in (A, B, C)}
    assert ways == {
        A: [("whatsapp", 0)],
        B: [("whatsapp", 0), ("sms", 0), ("voice", 120)],
        C: [("whatsapp", 0), ("sms", 30), ("voice", 150)],
    }


def test_each_try_waits_for_the_window_and_for_quiet_hours_to_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHBOARD_QUIET_HOURS", "13:00-12:00")
    world.prepare(LADDER | {"window": {"hours": "10:00-14:00", "zone": "Europe/London"}}, A)

    world.run()

    assert [at for _, _, at in world.asked] == [0, 30, 24 * 60]


def test_several_parts_are_looked_at_in_a_step_and_fill_no_more_than_one_of_the_queue(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is a part of its own, as they live in three zones."""
    monkeypatch.setattr(campaigns, "ROWS_A_PART", 2)
    people = (A, JAPANESE, "33612345678")
    world.says = {("whatsapp", to): Reply(422) for to in people}
    world.prepare(LADDER | {"window": {"hours": "00:00-24:00"}}, *people)
    while not world.asked:
        assert world.step()

    assert len(world.asked) == 2
    assert world.step()
    assert len(world.asked) == 3


def test_what_there_was_no_time_to_look_at_is_looked_at_next_while_others_wait_for_their_window(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wait that is over is none that a state machine could wait for."""
    monkeypatch.setattr(running_campaign, "LONGEST_LOOK_S", 0)
    world.prepare(LADDER | {"window": {"hours": "09:00-18:00"}}, A, "33612345678", JAPANESE)
    while len(world.asked) < 2:
        assert world.step()
    world.clock.sleep(60)

    assert app.lambda_handler({"campaign": "spring", "run": 1})["wait_s"] == 1


def test_a_step_begins_no_look_for_which_it_has_no_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes 12 of a step's 30 seconds."""
    world.prepare(LADDER | {"window": {"hours": "00:00-24:00"}}, A, "33612345678", JAPANESE)
    while len(world.asked) < 3:
        assert world.step()
    world.clock.sleep(60)
    looks: list[str] = []
    monkeypatch.setattr(time, "monotonic", lambda: 12.0 * len(looks))
    world.aws.fault = lambda operation, _: looks.extend([operation] * ("BatchGet" in operation))

    app.lambda_handler({"campaign": "spring", "run": 1})

    assert len(looks) == 1


@pytest.mark.parametrize("progress", ["paused", "cancelled"])
def test_what_is_stopped_climbs_no_further_until_it_is_resumed(world: World, progress: str) -> None:
    world.prepare(LADDER, A)
    world.step()
    state = campaigns.read("spring")
    assert state is not None
    assert campaigns.mark("spring", progress, state)  # type: ignore[arg-type]
    world.clock.sleep(3600)

    assert not world.step()
    assert len(world.asked) == 1

    stopped = campaigns.read("spring")
    assert campaigns.start("spring", state.hash, stopped)
    app.lambda_handler({"campaign": "spring", "run": 2})
    world.deliver()
    assert [how for how, _, _ in world.asked] == ["whatsapp", "sms"]


def test_a_full_queue_is_waited_for_by_those_who_are_tried_again_too(world: World) -> None:
    world.prepare(LADDER, A)
    world.step()
    world.clock.sleep(3600)
    world.aws.queues[BULK] = [{"MessageBody": '{"id": "others"}'}] * campaigns.ROWS_A_PART

    assert app.lambda_handler({"campaign": "spring", "run": 1})["busy"] == 1
    assert len(world.aws.queues[BULK]) == campaigns.ROWS_A_PART


def test_who_is_tried_again_goes_before_who_has_yet_to_be(world: World) -> None:
    world.says = {("whatsapp", JAPANESE): Reply(422)}
    world.prepare(LADDER | {"window": {"hours": "00:00-24:00"}}, A, JAPANESE)
    world.step()
    world.clock.sleep(60)

    assert [world.step(), world.step()] == [True, True]
    assert [each[:2] for each in world.asked] == [("sms", JAPANESE), ("whatsapp", A)]


def test_who_lives_where_it_is_night_holds_up_nobody_who_is_tried_again(world: World) -> None:
    world.says = {("whatsapp", A): Reply(422)}
    world.prepare(LADDER | {"window": {"hours": "09:00-18:00"}}, JAPANESE, A)

    world.run()

    ways = {to: [(how, at) for how, number, at in world.asked if number == to] for to in (A, JAPANESE)}
    assert ways[A] == [("sms", 0), ("voice", 120)]
    assert ways[JAPANESE] == [("whatsapp", 12 * 60), ("sms", 12 * 60 + 30), ("voice", 14 * 60 + 30)]


# Whom no hours reach that are only three at noon, by all clocks between Perth and Sydney.
AUSTRALIAN, NOON = "61412345678", "15:00-12:00"


@pytest.mark.parametrize(
    ("text", "steps_before", "reached", "refused"),
    [(SMS, 0, ["sms"], ["sms"]), (LADDER, 2, ["whatsapp", "sms", "voice"], ["sms", "voice"])],
)
def test_who_can_be_reached_at_no_time_any_more_is_told_and_the_others_go_on(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    text: Json,
    steps_before: int,
    reached: list[str],
    refused: list[str],
) -> None:
    """The stack's quiet hours have become longer since the campaign was prepared."""
    world.prepare(text, AUSTRALIAN, A)
    for _ in range(steps_before):
        assert world.step()
    monkeypatch.setenv("SWITCHBOARD_QUIET_HOURS", NOON)

    world.run()

    assert [how for how, to, _ in world.asked if to == A] == reached
    events = [json.loads(each["MessageBody"]) for each in world.aws.queues[QUEUE]]
    reasons = [each["payload"]["reason"] for each in events if each["name"].endswith(".rejected")]
    assert len(reasons) == len(refused)
    assert all("leave no time" in each for each in reasons)
    kept = [json.loads(each["MessageBody"]) for each in world.aws.queues[REJECTED_BULK]]
    assert [each["detail"].get("channel", "voice") for each in kept] == refused
    assert AUSTRALIAN in json.dumps(kept)
    assert A not in json.dumps(kept)


@pytest.mark.parametrize("steps_before", [0, 1])
def test_where_nobody_can_be_reached_any_more_the_step_fails_and_nothing_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch, steps_before: int
) -> None:
    world.prepare(LADDER, A)
    for _ in range(steps_before):
        assert world.step()
    world.clock.sleep(1800)
    monkeypatch.setenv("SWITCHBOARD_QUIET_HOURS", "00:00-24:00")
    with pytest.raises(NeverOpenError):
        world.step()

    monkeypatch.delenv("SWITCHBOARD_QUIET_HOURS")
    world.run()

    assert [how for how, _, _ in world.asked] == ["whatsapp", "sms", "voice"]


def test_a_short_window_is_not_missed_by_looks_that_are_far_apart(world: World) -> None:
    """In a ladder of four weeks, they are 40 minutes apart; the window is open for ten."""
    window = {"hours": "12:00-12:10", "zone": "Europe/London"}
    told = world.prepare({"steps": [SMS | {"wait": "28d"}, SMS], "window": window}, A)

    world.run()

    assert world.asked == [("sms", A, 0), ("sms", A, 29 * 24 * 60)]
    assert told == pytest.approx(29 * 24 * 60, abs=1)


def test_a_try_that_waits_for_its_time_is_looked_at_then(world: World) -> None:
    world.prepare(LADDER, A)
    app.lambda_handler({"campaign": "spring", "run": 1})
    command = json.loads(world.aws.queues[BULK][0]["MessageBody"])
    due = round(BEGIN) + 86400
    claims.delay(command, due, {"waiting"}, keeps_it=False)
    rungs = [rung for _, rung in steps.read(LADDER, "it", beside=())]

    rows = [{"to": A, "command": command, "then": []}]
    assert visits.visit("spring", rows, rungs, due - 3600, 5) == visits.Visit([], due)


def test_started_again_it_climbs_on_from_where_each_is(world: World) -> None:
    world.says = {("whatsapp", A): Reply(422), ("sms", A): ["delivered"]}
    world.prepare(LADDER, A)
    world.run()
    world.says[("whatsapp", A)] = []
    world.clock.sleep(86400 * 300)
    for key in [key for key in world.aws.tables["timeline"] if key[0].startswith("MSG#")]:
        del world.aws.tables["timeline"][key]  # it has expired

    world.prepare(LADDER, A, B)
    world.number += 1
    world.run()

    assert [how for how, to, _ in world.asked if to == A] == ["sms"]
    assert [how for how, to, _ in world.asked if to == B] == ["whatsapp", "sms", "voice"]
