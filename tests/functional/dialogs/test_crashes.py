"""A function that dies between any two steps, webhooks that come twice: the caller hears the same call."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.functional.dialogs.reception import NUMBER, OWNER, SALES, reception
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import Simulation
from vonage_simulator.types import Json

# Of a call that leaves a message: language, busy, said, recorded.
STEPS = 4


class Fragile:
    """The answer function, which dies while some of its steps are at work.

    Attributes:
        heard: each request of a step with its response, in their order.
    """

    def __init__(self, step: int = -1, times: int = 0, *, status: int = 500, when: str = "after") -> None:
        self._step, self._times, self._status, self._when = step, times, status, when
        self._seen: list[str] = []
        self.heard: list[tuple[Json, Mapping[str, Any]]] = []

    def __call__(self, event: Json, context: object) -> Mapping[str, Any]:
        if "detail-type" in event:
            return reception(event, context)
        dies = self._times > 0 and self._is_the_step(event)
        self._times -= dies
        if dies and self._when == "before":
            return {"statusCode": self._status}
        response = reception(event, context)
        if response["statusCode"] == 200 and not dies:
            self.heard.append((event, response))
        return {"statusCode": self._status} if dies else response

    def _is_the_step(self, event: Json) -> bool:
        """Whether somebody waits at the step, the first one being 0."""
        body = json.loads(event["body"])
        if "step=" not in event["rawQueryString"] or not body.keys() & {"dtmf", "payload"} | (
            {"status"} if body.get("status") == "busy" else set()
        ):
            return False
        if event["rawQueryString"] not in self._seen:
            self._seen.append(event["rawQueryString"])
        return self._seen.index(event["rawQueryString"]) == self._step


@pytest.fixture
def dialog(request: pytest.FixtureRequest) -> Handler:
    fragile: Fragile = getattr(request, "param", None) or Fragile()
    return fragile


def leaves_a_message(phone: Phone) -> None:
    phone.callee(SALES, picks="busy")
    call = phone.dial(NUMBER)
    call.hears("Deutsch")
    call.presses("1")
    call.hears("Hello Ada")
    call.hears("leave a message")
    call.hears("beep")
    call.says("Please call me back.")
    call.presses("#")
    call.hears("Thank you. Goodbye.")
    call.ends()


@pytest.mark.flows_may_fail
@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", range(STEPS))
def test_a_function_that_dies_goes_on_where_it_was(  # noqa: PLR0913
    phone: Phone,
    simulation: Simulation,
    webhooks: dict[str, Handler],
    step: int,
    when: str,
    times: int,
    status: int,
) -> None:
    webhooks["answer"] = Fragile(step, times, status=status, when=when)

    leaves_a_message(phone)

    assert len(simulation.sent_to(OWNER)) == 1
