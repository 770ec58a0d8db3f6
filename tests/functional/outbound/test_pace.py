"""The outbound function at a pace: whose turn it is, whose isn't yet, and what too many requests lead to."""

import json
import time
from collections.abc import Iterator

import pytest
from switchboard.reach import pace

from tests.conftest import Logs
from tests.fakes.backbone import BUS_COMMANDS, COMMANDS, QUEUE
from tests.fakes.clock import Clock
from tests.fakes.stores import Aws, Json
from tests.fakes.vonage_api import Reply, VonageApi
from tests.functional.outbound.test_outbound import deliver, on_bus, result
from tests.samples import sample

SMS = sample("command_sms_text")
CALL = sample("command_call_with_ncco")
READ = sample("command_read_whatsapp") | {"detail": {"message_uuid": "m-1", "status": "read"}}
BULK = SMS | {"pace": "bulk"}


@pytest.fixture(autouse=True)
def _paced(vonage: VonageApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A rate for messages and calls, and time that passes only while somebody waits for a slot."""
    del vonage
    clock = Clock()
    monkeypatch.setattr(time, "time", clock.now)
    monkeypatch.setattr(time, "sleep", clock.sleep)
    monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", "1000")
    monkeypatch.setenv("SWITCHBOARD_CALLS_PER_SECOND", "3")
    pace._pace.cache_clear()
    yield
    pace._pace.cache_clear()


def slots(aws: Aws) -> set[str]:
    return {pk.removeprefix("PACE#") for pk, _ in aws.tables["timeline"] if pk.startswith("PACE#")}


def free_at(aws: Aws, budget: str) -> float:
    return float(aws.tables["timeline"]["PACE#" + budget, "slots"]["free_at"]["N"])


def taken_for(aws: Aws, budget: str, seconds: float) -> None:
    """Others have booked every slot of so many seconds."""
    item = {"pk": {"S": f"PACE#{budget}"}, "sk": {"S": "slots"}}
    aws.tables["timeline"]["PACE#" + budget, "slots"] = item | {"free_at": {"N": str(time.time() + seconds)}}


@pytest.mark.parametrize(("command", "budget"), [(SMS, "messages"), (READ, "messages"), (CALL, "calls")])
def test_a_command_takes_a_slot_of_its_budget(backbone: Aws, command: Json, budget: str) -> None:
    assert deliver(command)

    assert slots(backbone) == {budget}
    assert free_at(backbone, budget) > time.time() - 1


def counted(logs: Logs) -> list[str]:
    """Whether it was the pace that held bulk up, each time."""
    return [name for line in logs.lines for name in ("Paced", "NotPaced") if name in line]


def test_of_bulk_it_is_counted_whether_the_pace_holds_it_up(
    backbone: Aws, monkeypatch: pytest.MonkeyPatch, logs: Logs
) -> None:
    def bulk(number: int) -> Json:
        return BULK | {"id": f"b-{number}"}

    assert deliver(bulk(1))
    assert counted(logs) == ["NotPaced"]
    taken_for(backbone, "messages", 0.05)
    assert deliver(bulk(2))
    assert counted(logs)[1:] == ["Paced"]
    taken_for(backbone, "messages", 0.05)
    assert deliver(SMS)
    monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", "0")
    assert deliver(bulk(3))
    assert counted(logs)[2:] == ["Paced"]


def test_bulk_that_waits_as_refusals_have_slowed_it_down_misses_its_pace(backbone: Aws, logs: Logs) -> None:
    taken_for(backbone, "messages", 0.05)
    slots = backbone.tables["timeline"]["PACE#messages", "slots"]
    slots |= {"rate_share": {"N": "0.5"}, "slowed_at": {"N": str(time.time())}}

    assert deliver(BULK)
    assert counted(logs) == ["NotPaced"]


def test_what_changes_a_call_waits_for_nobody(backbone: Aws) -> None:
    assert deliver(sample("command_hangup") | {"detail": {"uuid": "u-1", "action": "hangup"}})

    assert slots(backbone) == set()


def test_without_a_rate_there_is_no_pace(backbone: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", "0")

    assert deliver(SMS)
    assert slots(backbone) == set()


@pytest.mark.parametrize(
    ("senders", "budget"),
    [
        ("{0}=5", "sender {0}"),
        ("{1}*=5,1*=9", "sender {0}"),
        (" {0} = 0.5 ", "sender {0}"),
        ("+{0}=5", "sender {0}"),
        ("+{1} *=5", "sender {0}"),
        ("1*=5", ""),
    ],
)
def test_a_sender_that_is_named_has_slots_of_its_own(
    backbone: Aws, monkeypatch: pytest.MonkeyPatch, senders: str, budget: str
) -> None:
    sender = SMS["detail"]["from"]
    monkeypatch.setenv("SWITCHBOARD_SENDERS_PER_SECOND", senders.format(sender, sender[:4]))

    assert deliver(SMS)
    assert slots(backbone) == {"messages", budget.format(sender)} - {""}


def test_a_command_whose_turn_is_far_off_comes_back(backbone: Aws, vonage: VonageApi) -> None:
    taken_for(backbone, "messages", 60)

    assert not deliver(BULK)
    assert (vonage.requests, backbone.queues[QUEUE]) == ([], [])

    taken_for(backbone, "messages", 0)
    assert deliver(BULK, 2)
    assert result(backbone)[0] == "messages.send.accepted"


def test_a_reply_books_a_slot_that_bulk_has_to_leave(backbone: Aws) -> None:
    taken_for(backbone, "messages", 0.3)
    began = time.time()

    assert deliver(SMS)

    assert time.time() - began >= 0.25
    assert began + 0.25 <= free_at(backbone, "messages") <= time.time() + 0.1


def test_more_refusals_than_chance_has_it_slow_everybody_down(backbone: Aws, vonage: VonageApi) -> None:
    vonage.replies.extend([Reply(429, headers={"Retry-After": "30"})] * 6)

    for number in range(6):
        taken_for_none(backbone)
        assert "rate_share" not in backbone.tables["timeline"].get(("PACE#calls", "slots"), {})
        assert not deliver(CALL | {"id": f"c-{number}"})

    item = backbone.tables["timeline"]["PACE#calls", "slots"]
    assert float(item["rate_share"]["N"]) == pytest.approx(0.95)
    assert float(item["free_at"]["N"]) == pytest.approx(time.time() + 30, abs=2)
    assert backbone.delays == [30] * 6


def taken_for_none(aws: Aws) -> None:
    """The next call needs no third of a second until its turn."""
    if item := aws.tables["timeline"].get(("PACE#calls", "slots")):
        item["free_at"] = {"N": "0"}


@pytest.mark.parametrize("queue", [COMMANDS, BUS_COMMANDS])
def test_vonage_does_not_see_what_an_event_says_to_us(vonage: VonageApi, queue: str) -> None:
    event = on_bus(SMS)
    assert deliver(event | {"detail": event["detail"] | {"pace": "bulk"}}, queue=queue)

    assert "pace" not in vonage.requests[0].body


@pytest.mark.parametrize("pace_", ["slow", "", None, {}, True])
def test_a_pace_that_does_not_exist_is_refused_by_its_name(
    backbone: Aws, vonage: VonageApi, pace_: object
) -> None:
    event = on_bus(SMS)
    assert deliver(event | {"detail": event["detail"] | {"pace": pace_}}, queue=BUS_COMMANDS)

    name, payload = result(backbone)
    assert (name, vonage.requests) == ("messages.send.rejected", [])
    assert payload["reason"].startswith("pace ")


@pytest.mark.parametrize("rate", ["many", "-1", "nan", "inf", "1e9"])
def test_a_rate_that_is_none_is_said_and_the_command_kept(
    backbone: Aws, vonage: VonageApi, monkeypatch: pytest.MonkeyPatch, rate: str
) -> None:
    monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", rate)

    assert not deliver(SMS)
    assert vonage.requests == []
    assert json.dumps(list(backbone.tables["timeline"].values())).count('"waiting"') == 1
