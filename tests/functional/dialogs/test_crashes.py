"""A function that dies between any two steps, webhooks that come twice: the caller hears the same call."""

import json
import time
from collections.abc import Mapping
from typing import Any, Literal

import pytest
from switchboard import Call, CallEnded, call_dialog, sms
from switchboard.dialogs.calls.webhook import CallDialog
from switchboard.errors import HistoryError

from tests.functional.dialogs.reception import NUMBER, OWNER, SALES, reception
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import Simulation
from vonage_simulator.types import Json

# Of a call that leaves a message: language, busy, said, recorded.
STEPS = 4


class Fragile:
    """The answer function, which dies while it is at work on one of its steps.

    Attributes:
        lives: how often it has yet to die.
    """

    is_dialog = True

    def __init__(
        self, step: int, times: int, *, status: int, when: str, dialog: CallDialog = reception
    ) -> None:
        self.lives = times
        self._dialog = dialog
        self._step, self._status, self._when = step, status, when
        self._seen: list[str] = []

    def __call__(self, event: Json, context: object) -> Mapping[str, Any]:
        if not self.lives or not self._is_the_step(event):
            return self._dialog(event, context)
        self.lives -= 1
        if self._when == "after":
            self._dialog(event, context)
        return {"statusCode": self._status}

    def _is_the_step(self, event: Json) -> bool:
        """Whether somebody waits at the step, the first one being 0."""
        if not somebody_waits(event):
            return False
        if event["rawQueryString"] not in self._seen:
            self._seen.append(event["rawQueryString"])
        return self._seen.index(event["rawQueryString"]) == self._step


class Twice:
    """The answer function, which gets each request twice."""

    is_dialog = True

    def __call__(self, event: Json, context: object) -> Mapping[str, Any]:
        response = reception(event, context)
        assert ncco(reception(event, context)) == ncco(response)
        return response


class Remembered:
    """The answer function, and all that it was asked and answered while somebody waited.

    Attributes:
        heard: each request with its response, in their order.
    """

    is_dialog = True

    def __init__(self) -> None:
        self.heard: list[tuple[Json, Mapping[str, Any]]] = []

    def __call__(self, event: Json, context: object) -> Mapping[str, Any]:
        response = reception(event, context)
        if somebody_waits(event):
            self.heard.append((event, response))
        return response


def somebody_waits(event: Json) -> bool:
    if "step=" not in event.get("rawQueryString", ""):
        return False
    body = json.loads(event["body"])
    return bool(body.keys() & {"dtmf", "payload"}) or body.get("status") in ("busy", "machine")


def ncco(response: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    return json.loads(response["body"]) if "body" in response else None


def leaves_a_message(phone: Phone, picks: Literal["busy", "machine"] = "busy") -> None:
    phone.callee(SALES, picks=picks)
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
def test_a_function_that_dies_goes_on_where_it_was(
    phone: Phone,
    simulation: Simulation,
    webhooks: dict[str, Handler],
    step: int,
    when: str,
    times: int,
    status: int,
) -> None:
    webhooks["answer"] = fragile = Fragile(step, times, status=status, when=when)

    leaves_a_message(phone)

    assert fragile.lives == 0
    assert len(simulation.sent_to(OWNER)) == 1


@pytest.mark.flows_may_fail
@pytest.mark.parametrize("times", [1, 2])
def test_a_function_that_dies_when_a_machine_answers_goes_on_where_it_was(
    phone: Phone, simulation: Simulation, webhooks: dict[str, Handler], times: int
) -> None:
    webhooks["answer"] = fragile = Fragile(1, times, status=500, when="before")

    leaves_a_message(phone, picks="machine")

    assert fragile.lives == 0
    assert len(simulation.sent_to(OWNER)) == 1


def test_a_request_that_comes_twice_at_once_has_one_reply(
    phone: Phone, simulation: Simulation, webhooks: dict[str, Handler]
) -> None:
    webhooks["answer"] = Twice()

    leaves_a_message(phone)

    assert len(simulation.sent_to(OWNER)) == 1


def test_each_request_that_comes_again_after_the_call_has_the_reply_that_it_had(
    phone: Phone, simulation: Simulation, webhooks: dict[str, Handler]
) -> None:
    webhooks["answer"] = remembered = Remembered()

    leaves_a_message(phone)

    assert len(remembered.heard) == STEPS
    for event, response in remembered.heard:
        assert ncco(reception(event, None)) == ncco(response)
    assert len(simulation.sent_to(OWNER)) == 1


def is_right(keys: str) -> str | None:
    return "Ada" if keys == "471180932655" else None


@call_dialog
async def asks_a_secret(call: Call) -> None:
    name = await call.ask_secret("Your PIN?", is_right, max_digits=12)
    await call.ask(f"Hello {name}: 1.", choices={"1": 1})


@pytest.mark.flows_may_fail
def test_a_secret_that_the_fallback_hands_back_is_kept_nowhere(
    phone: Phone, simulation: Simulation, webhooks: dict[str, Handler]
) -> None:
    webhooks["answer"] = Fragile(0, 1, status=500, when="before", dialog=asks_a_secret)

    call = phone.dial(NUMBER)
    call.presses("471180932655")
    call.hears("Hello Ada")

    assert "471180932655" not in json.dumps(simulation.events)


done: list[str] = []


def hangs_up_meanwhile(call_id: str, leg: str) -> None:
    """An effect during which the caller hangs up, and the event bus already says so."""
    payload = {"uuid": leg, "status": "completed", "direction": "inbound", "duration": "5"}
    envelope = {"id": "e", "name": "voice.completed", "received_at": time.time(), "subject": call_id}
    with pytest.raises(HistoryError, match="under way"):
        looks_up({"detail-type": "voice.completed", "detail": {**envelope, "payload": payload}}, object())
    done.append("looked up")


@call_dialog
async def looks_up(call: Call) -> None:
    await call.ask("Ready? 1.", choices={"1": 1})
    await call.do(hangs_up_meanwhile, call.id, call.request["uuid"])
    try:
        await call.ask("Unheard", choices={"1": 1})
    except CallEnded:
        call.send(sms(OWNER, "the end"))


def test_an_effect_during_which_the_caller_hangs_up_is_done_once_and_the_end_is_heard_after_it(
    phone: Phone, simulation: Simulation, webhooks: dict[str, Handler]
) -> None:
    done.clear()
    webhooks["answer"] = looks_up
    call = phone.dial(NUMBER)
    call.presses("1")
    call.hangs_up()

    assert done == ["looked up"]
    assert simulation.sent_to(OWNER) == ["the end"]
