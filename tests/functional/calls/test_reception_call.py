"""The reception example, called: a dialog is tested as any other call."""

import pytest

from examples.reception.answer import app as answer
from tests.flows.event import app as event
from tests.flows.fallback import app as fallback
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import Simulation

NUMBER = "447700900000"


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {
        "answer": answer.lambda_handler,
        "event": event.lambda_handler,
        "fallback": fallback.lambda_handler,
    }


def test_owner_gets_the_message_of_a_caller_who_found_nobody(phone: Phone, simulation: Simulation) -> None:
    phone.callee(answer.TEAMS["repairs"], picks="busy")
    call = phone.dial(NUMBER)
    call.hears("Deutsch")
    call.presses("1")
    call.hears("For sales")
    call.presses("2")
    call.hears("leave a message")
    call.says("Please call me back.")
    call.hangs_up()
    [text] = simulation.sent_to(answer.OWNER)
    assert text.startswith("A message from 447700900123")


def test_caller_is_connected_to_the_team(phone: Phone, simulation: Simulation) -> None:
    phone.callee(answer.TEAMS["sales"], picks="answer")
    call = phone.dial(NUMBER)
    call.presses("2")
    call.hears("Noch einmal")
    call.presses("*")
    call.hears("Noch einmal")
    call.presses("1")
    call.is_connected_to(answer.TEAMS["sales"])
    call.hangs_up()

    assert simulation.sent_to(answer.OWNER) == []


def test_caller_leaves_a_message_at_night(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "HOURS", ())

    call = phone.of("447700900111").dial(NUMBER)
    call.presses("1")
    call.hears("Hello Ada")
    call.hears("leave a message")
    call.says("Please call me back.")
    call.presses("#")
    call.hears("Thank you. Goodbye.")
