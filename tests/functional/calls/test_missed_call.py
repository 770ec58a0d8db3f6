"""The missed-call example, called: an answer that writes to the caller."""

import ast

import pytest

from examples.missed_call.answer import app as answer
from operate import paths
from tests.flows.event import app as event
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import STANDARD_NUMBER, Phone
from vonage_simulator.testing.simulation import Simulation
from vonage_simulator.testing.texting import Texting


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {"answer": answer.lambda_handler, "event": event.lambda_handler}


def test_caller_hears_an_apology_and_gets_a_message(phone: Phone, sms: Texting) -> None:
    phone.dial("447700900000").hears("nobody can take your call")

    sms.receives("we missed your call")


def test_each_call_has_one_message(simulation: Simulation) -> None:
    phone = Phone(simulation.vonage)
    for _ in range(2):
        phone.dial("447700900000").hears("nobody can take your call")

    assert len(simulation.sent_to(STANDARD_NUMBER)) == 2  # two calls, one message each


def test_caller_who_withholds_the_number_is_told_alone(simulation: Simulation) -> None:
    Phone(simulation.vonage).withheld().dial("447700900000").hears("nobody can take your call")

    assert list(simulation.vonage.mailbox.messages) == []


def test_page_shows_the_flow_of_the_example() -> None:
    source = (paths.ROOT / "examples/missed_call/answer/app.py").read_text()
    page = (paths.ROOT / "docs/commands.md").read_text()

    assert source.removeprefix(f'"""{ast.get_docstring(ast.parse(source))}"""\n\n') in page
