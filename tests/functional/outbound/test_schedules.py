"""What is to wake a chat: a schedule of EventBridge Scheduler's, over the wire."""

import calendar
import json
import time

import pytest

from tests.conftest import Logs
from tests.fakes.scheduler import INBOUND, ROLE, Scheduler
from tests.fakes.stores import Aws, Json
from tests.fakes.vonage_api import VonageApi
from tests.functional.outbound.test_outbound import deliver

TOMORROW = 1_900_000_030.5
WAKE: Json = {
    "id": "m-1.0.late.1900000031",
    "name": "chat.wake",
    "detail": {"chat": "chat:1", "began": "m-1", "step": 0, "at": TOMORROW},
}


@pytest.fixture(autouse=True)
def _in_order(vonage: VonageApi) -> None:
    """The queues and the table are there."""


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
    at = calendar.timegm(time.strptime(made["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)"))
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
