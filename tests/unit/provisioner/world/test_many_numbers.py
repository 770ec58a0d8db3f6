"""The time it takes to link many numbers, with AWS and Vonage as fast and as throttled as they say they are.

It is simulated: a call takes its latency, a pause its length, and nothing else takes any.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from botocore.config import Config

from provisioner.cloudformation.deadline import Deadline
from tests.fakes import stores
from tests.unit.provisioner.conftest import SESSION, Time, World

AWS_LATENCY_S, VONAGE_LATENCY_S = 0.02, 0.3
TIMEOUT_S = 240.0  # the function's, as tests/template/test_clocks.py makes sure
WORKING_S = Deadline.after(TIMEOUT_S, lambda: 0.0).work_until  # the rest is for undoing and answering
START = 1_790_000_000.0


@dataclass
class SimulatedTime(Time):
    """Passes when somebody waits."""

    others: list[Callable[[float], object]] = field(default_factory=list)

    def now(self) -> float:
        return self.offset

    def clock(self) -> float:
        return START + self.offset

    def sleep(self, seconds: float) -> None:
        self.offset += seconds
        for passes in self.others:
            passes(seconds)


@pytest.fixture
def throttled(world: World) -> World:
    """A world whose time is simulated, with the limits that AWS and Vonage document."""
    time = world.time = SimulatedTime(others=[world.vonage.clock.advance])
    world.vonage.account.switches = replace(world.vonage.account.switches, rate_limits=True)
    world.aws.now, world.aws.puts_per_s = time.now, 3
    once = Config(retries={"total_max_attempts": 1})  # its pauses would be real
    world.parameter_store = stores.client(world.aws, SESSION, "ssm", config=once)

    def takes_time(_operation: str, _asked: dict[str, Any]) -> None:
        time.sleep(AWS_LATENCY_S)

    def took_time(_response: httpx.Response) -> None:
        time.sleep(VONAGE_LATENCY_S)

    world.aws.fault = takes_time
    world.http.event_hooks = {"response": [took_time]}
    world.cloudformation.remaining_s = TIMEOUT_S
    return world


@pytest.mark.parametrize(("how_many", "most_s"), [(1, 15), (40, 70), (100, 150)])
def test_as_many_numbers_as_a_resource_may_have_are_linked_and_given_back_in_time(
    throttled: World, how_many: int, most_s: float
) -> None:
    stack = throttled.stack()
    application_id = throttled.create_application(stack).data["ApplicationId"]
    wanted, began, calls = throttled.own(100)[:how_many], throttled.time.now(), len(throttled.calls())

    linked = throttled.create_number(stack, application_id, Numbers=wanted)

    assert linked.succeeded, linked.reason
    assert throttled.time.now() - began < most_s < WORKING_S
    assert len(throttled.calls()) - calls == how_many + 1
    began = throttled.time.now()
    given_back = stack.delete("Link")
    assert given_back.succeeded, given_back.reason
    assert throttled.time.now() - began < most_s
