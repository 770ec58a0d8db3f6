"""The voicemail example, called: most callers hang up instead of pressing the hash key."""

import pytest

from examples.voicemail.answer import app as answer
from examples.voicemail.event import app as event
from tests.flows.fallback import app as fallback
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import Simulation
from vonage_simulator.testing.texting import Texting


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

    Texting(simulation, number=event.OWNER).receives("447700900123 left a voicemail")
