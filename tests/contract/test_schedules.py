"""A schedule that wakes a chat: what the emulators keep of it."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from switchboard.aws import schedules
from switchboard.errors import AwsError

from tests.contract.account import Account, by_the_emulators

TARGET = "arn:aws:lambda:us-east-1:000000000000:function:inbound"
ROLE = "arn:aws:iam::000000000000:role/schedule"
AT = 4_000_000_001.0  # in 2096

pytestmark = by_the_emulators


@pytest.fixture
def group(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = f"group-{os.urandom(4).hex()}"
    account.session.client("scheduler", endpoint_url=account.url).create_schedule_group(Name=name)
    monkeypatch.setenv("SWITCHBOARD_SCHEDULE_GROUP", name)
    monkeypatch.setenv("SWITCHBOARD_SCHEDULE_ROLE_ARN", ROLE)
    schedules.client.cache_clear()
    yield name
    schedules.client().close()
    schedules.client.cache_clear()


def kept(group: str) -> list[dict[str, Any]]:
    client = schedules.client()
    names = [one["Name"] for one in client.list_schedules(GroupName=group)["Schedules"]]
    return [client.get_schedule(Name=name, GroupName=group) for name in names]


def test_what_is_asked_for_twice_is_one_schedule_that_deletes_itself(group: str) -> None:
    for _ in range(2):
        schedules.once("a chat", AT, TARGET, {"detail-type": "chat.wake"})

    [schedule] = kept(group)
    assert schedule["ScheduleExpression"] == "at(2096-10-02T07:07:00)"
    assert schedule["ActionAfterCompletion"] == "DELETE"
    assert schedule["Target"]["Arn"] == TARGET
    assert json.loads(schedule["Target"]["Input"]) == {"detail-type": "chat.wake"}


def test_a_group_that_is_gone_is_told(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_SCHEDULE_GROUP", f"{group}-gone")
    with pytest.raises(AwsError, match="CreateSchedule failed"):
        schedules.once("a chat", AT, TARGET, {})
