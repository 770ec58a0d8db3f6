"""What is to wake a chat: a schedule of EventBridge Scheduler's, over the wire."""

import json
import time
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from switchboard.aws import schedules

from tests.conftest import Logs
from tests.fakes.stores import Aws, Json
from tests.fakes.vonage_api import VonageApi
from tests.functional.outbound.test_outbound import deliver
from vonage_simulator.testing.endpoint import Answer, Incoming, serving

INBOUND = "arn:aws:lambda:eu-west-1:123456789012:function:inbound"
ROLE = "arn:aws:iam::123456789012:role/schedule"
TOMORROW = 1_900_000_030.5
WAKE: Json = {
    "id": "m-1.0.late.1900000031",
    "name": "chat.wake",
    "detail": {"chat": "chat:1", "began": "m-1", "step": 0, "at": TOMORROW},
}


class Scheduler:
    """EventBridge Scheduler: what it was asked to make, by name, and how it answers."""

    def __init__(self) -> None:
        self.made: dict[str, Json] = {}
        self.refuses = ""

    def answer(self, incoming: Incoming) -> Answer:
        name = unquote(incoming.path.rpartition("/")[2])
        headers = {"Content-Type": "application/json"}
        refusal = self.refuses or ("ConflictException" if name in self.made else "")
        if refusal:
            body = json.dumps({"Message": refusal}).encode()
            return Answer(409, body, {**headers, "x-amzn-errortype": refusal})
        self.made[name] = json.loads(incoming.body)
        return Answer(200, json.dumps({"ScheduleArn": f"arn:{name}"}).encode(), headers)


@pytest.fixture(autouse=True)
def _in_order(vonage: VonageApi) -> None:
    """The queues and the table are there."""


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduler]:
    scheduler = Scheduler()
    with serving(scheduler.answer) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SCHEDULER", url)
        monkeypatch.setenv("SWITCHBOARD_SCHEDULE_GROUP", "stack-Group")
        monkeypatch.setenv("SWITCHBOARD_SCHEDULE_ROLE_ARN", ROLE)
        monkeypatch.setenv("SWITCHBOARD_INBOUND_ARN", INBOUND)
        schedules.client.cache_clear()
        yield scheduler
        if schedules.client.cache_info().currsize:
            schedules.client().close()
        schedules.client.cache_clear()


def test_a_chat_is_woken_once_in_the_minute_after_its_time_and_the_schedule_is_gone(
    scheduler: Scheduler, backbone: Aws
) -> None:
    assert deliver(WAKE)

    [(name, made)] = scheduler.made.items()
    assert len(name) == 64
    target = made.pop("Target")
    assert made == {
        "GroupName": "stack-Group",
        "ScheduleExpression": "at(2030-03-17T17:48:00)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
    } | {"ClientToken": made["ClientToken"]}
    assert target["Arn"], target["RoleArn"] == (INBOUND, ROLE)
    assert json.loads(target["Input"]) == {"detail-type": "chat.wake", "detail": WAKE["detail"]}
    assert not any(backbone.tables["timeline"].values())


def test_a_command_that_comes_twice_is_one_schedule(scheduler: Scheduler) -> None:
    assert deliver(WAKE)
    assert deliver(WAKE, 2)
    assert len(scheduler.made) == 1


def test_a_time_that_is_over_is_as_soon_as_can_be(scheduler: Scheduler) -> None:
    assert deliver(WAKE | {"detail": WAKE["detail"] | {"at": 1.0}})
    [made] = scheduler.made.values()
    at = time.mktime(time.strptime(made["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)")) - time.timezone
    assert 25 <= at - time.time() <= 95


@pytest.mark.parametrize(("waited_s", "said"), [(0, "NotScheduled"), (4000, "Overdue")])
def test_what_scheduler_refuses_is_tried_again_and_somebody_hears_of_it(
    scheduler: Scheduler, backbone: Aws, logs: Logs, waited_s: int, said: str
) -> None:
    scheduler.refuses = "ThrottlingException"
    assert not deliver(WAKE, 2, waited_s=waited_s)
    assert backbone.delays == [4]
    assert [line["message"] for line in logs.lines] == [said]

    scheduler.refuses = ""
    assert deliver(WAKE, 3)


def test_a_stack_that_has_no_dialogs_any_more_lets_them_sleep(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHBOARD_INBOUND_ARN", "")
    assert deliver(WAKE)
    assert scheduler.made == {}
