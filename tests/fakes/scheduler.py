"""EventBridge Scheduler, over the wire.

Source: AWS, Scheduler API reference, CreateSchedule and DeleteSchedule.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

import pytest
from switchboard.aws import schedules

from tests.fakes.stores import Json
from vonage_simulator.testing.endpoint import Answer, Incoming, serving

INBOUND = "arn:aws:lambda:eu-west-1:123456789012:function:inbound"
ROLE = "arn:aws:iam::123456789012:role/schedule"


class Scheduler:
    """EventBridge Scheduler: what it was asked to make, by name, and how it answers."""

    def __init__(self) -> None:
        self.made: dict[str, Json] = {}
        self.refuses = ""

    def answer(self, incoming: Incoming) -> Answer:
        name = unquote(incoming.path.rpartition("/")[2].partition("?")[0])
        headers = {"Content-Type": "application/json"}
        is_over = incoming.method == "DELETE"
        wrong = "ResourceNotFoundException" if is_over else "ConflictException"
        refusal = self.refuses or (wrong if (name in self.made) != is_over else "")
        if refusal:
            status = 404 if refusal == "ResourceNotFoundException" else 409
            body = json.dumps({"Message": refusal}).encode()
            return Answer(status, body, {**headers, "x-amzn-errortype": refusal})
        if is_over:
            del self.made[name]
            return Answer(200, b"{}", headers)
        self.made[name] = json.loads(incoming.body)
        return Answer(200, json.dumps({"ScheduleArn": f"arn:{name}"}).encode(), headers)


@contextmanager
def scheduling(patch: pytest.MonkeyPatch) -> Iterator[Scheduler]:
    """Scheduler, and a stack's group and role there."""
    scheduler = Scheduler()
    with serving(scheduler.answer) as url:
        patch.setenv("AWS_ENDPOINT_URL_SCHEDULER", url)
        patch.setenv("SWITCHBOARD_SCHEDULE_GROUP", "stack-Group")
        patch.setenv("SWITCHBOARD_SCHEDULE_ROLE_ARN", ROLE)
        schedules.client.cache_clear()
        yield scheduler
        if schedules.client.cache_info().currsize:
            schedules.client().close()
        schedules.client.cache_clear()
