"""The reminders example: reminded the evening before, answered by message or by phone, and by STOP."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from switchboard.reach import documents, people

from examples.reminders.answer import app as by_phone
from examples.reminders.inbound import app as shop
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import Simulation
from vonage_simulator.testing.texting import Texting


@pytest.fixture
def webhooks() -> Iterator[dict[str, Handler]]:
    people._key.cache_clear()
    yield {"answer": by_phone.lambda_handler, "inbound": shop.lambda_handler}
    people._key.cache_clear()
    documents._dynamodb().close()
    shop.appointments.clear()


@pytest.fixture
def made(sms: Texting) -> str:
    """The name of the appointment that the customer has made."""
    sms.send("Hello")
    sms.receives("When would you like to come?\n1 ")
    sms.send("4")
    return sms.receives("See you on").removeprefix("See you on ").removesuffix(". We'll remind you.")


def wait_for_the_evening_before(sms: Texting) -> None:
    (at,) = shop.appointments
    evening = (datetime.fromisoformat(at) - timedelta(days=1)).replace(hour=18)
    sms.waits(hours=(evening - datetime.now(evening.tzinfo)) / timedelta(hours=1) + 0.5)


def test_customer_is_reminded_and_comes(sms: Texting, made: str) -> None:
    wait_for_the_evening_before(sms)
    sms.receives(f"Your appointment is on {made}. Will you come?")
    sms.send("yes!")
    sms.receives(f"Thank you. See you on {made}.")
    sms.of(shop.OWNER).receives(f"comes on {made}.")


def test_who_does_not_come_leaves_the_time_to_others(sms: Texting, made: str) -> None:
    assert len(shop.appointments) == 1
    wait_for_the_evening_before(sms)
    sms.send("No")
    sms.receives("What a pity.")
    sms.of(shop.OWNER).receives(f"doesn't come on {made}.")
    assert shop.appointments == {}


def test_of_who_says_nothing_the_owner_hears(sms: Texting, made: str) -> None:
    wait_for_the_evening_before(sms)
    sms.receives("Will you come?")
    sms.waits(hours=13)
    sms.of(shop.OWNER).receives(f"hasn't said whether they come on {made}.")


def test_an_answer_after_the_time_of_its_question_counts(sms: Texting, made: str) -> None:
    wait_for_the_evening_before(sms)
    sms.receives("Will you come?")
    sms.waits(hours=13)
    sms.send("Yes")
    sms.receives(f"Thank you. See you on {made}.")


@pytest.mark.usefixtures("made")
def test_two_customers_choose_the_same_time(sms: Texting) -> None:
    first, second = sms.of("447700900998"), sms.of("447700900999")
    for customer in (first, second):
        customer.send("Hello")
    first.send("1")
    second.send("1")
    second.receives("Somebody else was faster.")


@pytest.mark.usefixtures("made")
def test_stop_wins_over_the_question_and_the_appointment_stands(sms: Texting, simulation: Simulation) -> None:
    wait_for_the_evening_before(sms)
    sms.receives("Will you come?")
    before = len(simulation.sent_to(sms.number))
    sms.send("STOP")
    assert len(simulation.sent_to(sms.number)) == before
    assert len(shop.appointments) == 1


def test_who_made_it_by_message_lets_it_go_by_phone(
    phone: Phone, simulation: Simulation, sms: Texting, made: str
) -> None:
    call = phone.dial(simulation.number)
    call.hears(made)
    call.presses("2")
    call.hears("What a pity.")
    sms.of(shop.OWNER).receives(f"doesn't come on {made}.")
    phone.dial(simulation.number).hears("Please send a message")


def test_who_comes_says_so_by_phone(phone: Phone, simulation: Simulation, made: str) -> None:
    call = phone.dial(simulation.number)
    call.hears(made)
    call.presses("1")
    call.hears("Thank you.")
