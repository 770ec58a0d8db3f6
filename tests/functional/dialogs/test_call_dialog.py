"""A call that is one function, called by the telephone of the test kit."""

import pytest
from switchboard import Call, call_dialog, sms
from switchboard import phone as number
from switchboard.dialogs import history

from functions.event import app as event
from functions.fallback import app as fallback
from vonage_simulator.testing.handlers import Handler, Rule
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import Simulation

OWNER, SALES = "447700900456", "447700900457"
done: list[str] = []


def find_customer(caller: str) -> dict[str, str]:
    done.append(caller)
    return {"name": "Ada"}


@call_dialog
async def reception(call: Call) -> None:
    call.language = await call.ask(
        "For English press 1. Für Deutsch die 2.", choices={"1": "en-GB", "2": "de-DE"}
    )
    customer = await call.do(find_customer, call.caller)
    call.say(f"Hello {customer['name']}.")
    reached = await call.connect(number(SALES), timeout_s=20)
    if not reached:
        call.say("Nobody is free. Please leave a message.")
        recording = await call.record(longest_s=120)
        call.send(sms(OWNER, f"A message from {call.caller}: {recording.url}"))
        call.say("Thank you. Goodbye.")


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {
        "answer": reception,
        "event": event.lambda_handler,
        "fallback": fallback.lambda_handler,
    }


@pytest.fixture
def rules() -> dict[str, Rule]:
    return {"voice.completed": reception}


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, ...]]:
    monkeypatch.setenv(history.TABLE, "dialogs")
    return {"dialogs": ("id",)}


def test_a_caller_who_hangs_up_leaves_a_message(phone: Phone, simulation: Simulation) -> None:
    phone.callee(SALES, picks="busy")
    call = phone.dial("447700900000")
    call.hears("Für Deutsch")
    call.presses("1")
    call.hears("Hello Ada")
    call.hears("leave a message")
    call.hears("beep")
    call.says("Please call me back.")
    call.hangs_up()

    [text] = simulation.sent_to(OWNER)
    assert text.startswith("A message from 447700900123: /v1/files/")


def test_a_caller_who_ends_the_recording_is_thanked(phone: Phone, simulation: Simulation) -> None:
    call = phone.dial("447700900000")
    call.presses("2")
    call.hears("leave a message", within_s=60)
    call.hears("beep")
    call.says("Please call me back.")
    call.presses("#")
    call.hears("Thank you. Goodbye.")
    call.ends()

    assert len(simulation.sent_to(OWNER)) == 1


def test_a_caller_is_connected(phone: Phone, simulation: Simulation) -> None:
    phone.callee(SALES, picks="answer")
    call = phone.dial("447700900000")
    call.presses("2")
    call.is_connected_to(SALES)
    call.hangs_up()

    assert simulation.sent_to(OWNER) == []
