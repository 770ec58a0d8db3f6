"""The IVR example, called: the test of an IVR that the README shows."""

import pytest

from examples.ivr.answer import app as answer
from examples.ivr.event import app as event
from functions.fallback import app as fallback
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {
        "answer": answer.lambda_handler,
        "event": event.lambda_handler,
        "fallback": fallback.lambda_handler,
    }


def test_caller_reaches_an_extension(phone: Phone) -> None:
    phone.callee("447700900456", picks="answer")
    call = phone.dial("447700900000")
    call.hears("two digits of the extension")
    call.presses("10")
    call.hears("Connecting you")
    call.is_connected_to("447700900456")


def test_caller_may_try_again(phone: Phone) -> None:
    call = phone.dial("447700900000")
    call.hears("two digits of the extension")
    call.presses("99")
    call.hears("no such extension")
