"""The voicemail example, called: most callers hang up instead of pressing the hash key."""

import pytest

from examples.voicemail.answer import app as answer
from examples.voicemail.event import app as event
from functions.fallback import app as fallback
from local.vonage.handlers import Handler
from local.vonage.phone import Phone
from local.vonage.simulation import Simulation
from local.vonage.texting import Texting

pytest_plugins = ["local.vonage.pytest_plugin"]


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {
        "answer": answer.lambda_handler,
        "event": event.lambda_handler,
        "fallback": fallback.lambda_handler,
    }


def test_owner_hears_of_a_caller_who_hangs_up(phone: Phone, simulation: Simulation) -> None:
    call = phone.dial("447700900000")
    call.hears("leave a message")
    call.hears("beep")
    call.says("Please call me back.")
    call.hangs_up()

    Texting(simulation, number=event.OWNER).receives("A voicemail was left")
