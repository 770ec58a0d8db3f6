"""The two-factor login, called: the code is read where the customer would read it."""

import pytest

from examples.two_factor_login.answer import app as answer
from examples.two_factor_login.event import app as event
from examples.two_factor_login.verify import app as verify
from tests.flows.fallback import app as fallback
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone, PhoneCall
from vonage_simulator.testing.simulation import Simulation
from vonage_simulator.testing.texting import Texting

LINE, MOBILE, OFFICE = "447700900000", "447700900456", "447700900999"


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {
        "answer": answer.lambda_handler,
        "event": event.lambda_handler,
        "verify": verify.lambda_handler,
        "fallback": fallback.lambda_handler,
    }


@pytest.fixture
def mobile(sms: Texting) -> Texting:
    return sms.of(MOBILE)


@pytest.fixture
def call(phone: Phone) -> PhoneCall:
    call = phone.dial(LINE)
    call.hears("enter the code")
    return call


def names(simulation: Simulation) -> list[str]:
    return [event["name"] for event in simulation.events if event["name"].startswith("verify.")]


def test_the_code_of_the_sms_lets_the_caller_in(
    call: PhoneCall, mobile: Texting, simulation: Simulation
) -> None:
    call.presses(mobile.receives_code())

    call.is_connected_to(OFFICE)
    assert names(simulation)[:2] == ["verify.start.accepted", "verify.check.accepted"]
    assert set(names(simulation)[2:]) == {"verify.event.completed", "verify.summary.completed"}
    (summary,) = [one for one in simulation.events if one["name"] == "verify.summary.completed"]
    statuses = [step["status"] for step in summary["payload"]["workflow"]]
    assert statuses == ["completed", "unused"]
    assert len(simulation.timeline(summary["subject"])) == 4


def test_a_wrong_code_is_asked_for_again(call: PhoneCall, mobile: Texting, simulation: Simulation) -> None:
    code = mobile.receives_code()

    call.presses("0000" if code != "0000" else "1111")
    call.hears("isn't the code")
    call.presses(code)
    call.is_connected_to(OFFICE)
    assert "verify.check.rejected" in names(simulation)


def test_three_wrong_codes_end_it(call: PhoneCall, mobile: Texting) -> None:
    code = mobile.receives_code()
    for _ in range(2):
        call.presses("0000" if code != "0000" else "1111")
        call.hears("isn't the code")
    call.presses("0000" if code != "0000" else "1111")

    call.hears("can't let you in")
    call.ends()


def test_a_star_has_the_next_channel_read_another_code_out(
    call: PhoneCall, phone: Phone, mobile: Texting
) -> None:
    by_sms = mobile.receives_code()

    call.presses("*")
    call.hears("We are calling you")
    with phone.rings(MOBILE).answers() as reading:
        read_out = reading.hears_code()
    assert read_out != by_sms
    call.presses(read_out)
    call.is_connected_to(OFFICE)


def test_a_code_that_nobody_gives_back_is_followed_by_the_next_channel(
    call: PhoneCall, phone: Phone, mobile: Texting, simulation: Simulation
) -> None:
    mobile.receives_code()
    call.hangs_up()

    mobile.waits(minutes=3)
    assert phone.rings(MOBILE).shown == "Acme"
    mobile.waits(minutes=7)
    assert set(names(simulation)) == {
        "verify.start.accepted",
        "verify.event.expired",  # by SMS
        "verify.event.failed",  # nobody picked up
        "verify.summary.failed",
    }


def test_who_keys_nothing_in_is_said_goodbye(call: PhoneCall) -> None:
    call.hears("Goodbye")
    call.ends()


def test_a_stranger_is_told_and_nothing_is_sent(phone: Phone, mobile: Texting) -> None:
    phone.of("447700900199").dial(LINE).hears("this line is for members")

    assert mobile.received == []
