"""The menu example, called: what a flow put into an address is there when the keys arrive."""

import ast

import pytest

from examples.menu.answer import app as answer
from examples.menu.event import app as event
from operate import paths
from tests.flows.fallback import app as fallback
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {
        "answer": answer.lambda_handler,
        "event": event.lambda_handler,
        "fallback": fallback.lambda_handler,
    }


@pytest.mark.parametrize(("keys", "number"), [("1 1", "447700900456"), ("2 1", "447700900789")])
def test_same_key_leads_elsewhere_in_another_menu(phone: Phone, keys: str, number: str) -> None:
    phone.callee(number, picks="answer")
    call = phone.dial("447700900000")
    for key in keys.split():
        call.hears("press 1")
        call.presses(key)

    call.is_connected_to(number)


def test_caller_finds_the_way_back(phone: Phone) -> None:
    call = phone.dial("447700900000")
    call.hears("For sales press 1")
    call.presses("1")
    call.hears("For a new order")
    call.presses("9")

    call.hears("For sales press 1")


def test_caller_is_asked_three_times_and_no_more(phone: Phone) -> None:
    call = phone.dial("447700900000")
    for _ in range(3):
        call.hears("For sales press 1")
        call.presses("5")

    call.hears("Please call again later")


def test_page_shows_the_flow_of_the_example() -> None:
    source = (paths.ROOT / "examples/menu/event/app.py").read_text()
    page = (paths.ROOT / "docs/ncco.md").read_text()

    assert source.removeprefix(f'"""{ast.get_docstring(ast.parse(source))}"""\n\n') in page
