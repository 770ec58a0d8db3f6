"""Parameter Store and Secrets Manager say "too many" as long as other stacks keep them busy."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import endpoint

from tests.fakes.stores import Refusal
from tests.unit.provisioner.conftest import World

OPERATIONS = ["AmazonSSM.PutParameter", "AmazonSSM.GetParametersByPath", "secretsmanager.GetSecretValue"]


@pytest.fixture(autouse=True)
def _boto3_s_own_pauses_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "time", SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 100)))


def throttle(world: World, operation: str, times: int, code: str = "ThrottlingException") -> None:
    left = [times]

    def fault(called: str, _asked: dict[str, Any]) -> None:
        if called == operation and left[0]:
            left[0] -= 1
            raise Refusal(code, "Rate exceeded")

    world.aws.fault = fault


@pytest.mark.parametrize("operation", OPERATIONS)
def test_throttling_is_outwaited(world: World, operation: str) -> None:
    throttle(world, operation, 20)

    created = world.create_application(world.stack())

    assert created.succeeded, created.reason
    assert sum(world.time.waits) > 5


def test_several_writers_of_one_record_are_outwaited(world: World) -> None:
    throttle(world, "AmazonSSM.PutParameter", 8, "TooManyUpdates")

    assert world.create_application(world.stack()).succeeded


@pytest.mark.parametrize("operation", OPERATIONS)
def test_throttling_that_lasts_is_answered_in_time_with_what_to_do(world: World, operation: str) -> None:
    stack = world.stack()
    world.cloudformation.remaining_s = 14
    throttle(world, operation, 1000)

    created = world.create_application(stack)

    assert "ThrottlingException (Rate exceeded). Deploy again in a minute" in created.reason
