"""The booking example, written to by SMS and WhatsApp, with a day between two lines."""

from collections.abc import Iterator

import pytest

from examples.booking.inbound import app as shop
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.texting import Texting


@pytest.fixture
def webhooks() -> Iterator[dict[str, Handler]]:
    yield {"inbound": shop.lambda_handler}
    shop.appointments.clear()


def test_customer_books_by_sms_with_a_day_between_two_lines(sms: Texting) -> None:
    sms.send("Hello")
    sms.receives("Which day suits you?\n1 ")
    sms.send("2")
    sms.receives("1 9 am\n2 11 am")
    sms.send("11 am")
    sms.receives("In what name?")
    sms.waits(hours=23)
    sms.send("Ada")
    sms.receives("11 am, Ada.")
    sms.of(shop.OWNER).receives("Ada comes on")


def test_customer_books_by_buttons_of_whatsapp(whatsapp: Texting) -> None:
    whatsapp.send("Hello")
    whatsapp.receives("Which day suits you? [")
    whatsapp.send("1")
    whatsapp.taps("2 pm")
    whatsapp.receives("In what name?")
    whatsapp.send("Ada")
    whatsapp.receives("2 pm, Ada.")


def test_who_comes_back_too_late_finds_the_appointment_free(sms: Texting) -> None:
    for text in ["Hello", "2", "1"]:
        sms.send(text)
    assert len(shop.appointments) == 1
    sms.waits(hours=25)
    assert shop.appointments == {}
    sms.send("Ada")
    sms.receives("Which day suits you?")


def test_what_was_held_for_somebody_who_never_came_back_is_free_after_a_day(sms: Texting) -> None:
    first, second = sms, sms.of("447700900999")
    first.send("Hello")
    day = first.receives("Which day").rpartition("\n3 ")[2]
    for text in [day, "9 am"]:
        first.send(text)
    sms.waits(hours=23)
    for text in ["Hello", day]:
        second.send(text)
    second.receives("1 11 am\n2 2 pm")
    sms.waits(hours=2)
    for text in ["STOP", "Hello", day]:
        second.send(text)
    second.receives("1 9 am\n2 11 am")


def test_two_customers_choose_the_same_time(sms: Texting) -> None:
    first, second = sms, sms.of("447700900999")
    for text in ["Hello", "2"]:
        first.send(text)
        second.send(text)
    first.send("9 am")
    second.send("9 am")
    second.receives("Somebody else was faster")
    for text in ["Hello", "2"]:
        second.send(text)
    second.receives("1 11 am\n2 2 pm")


def test_help_is_answered_in_the_middle_of_a_chat(sms: Texting) -> None:
    sms.send("Hello")
    sms.send("Help")
    sms.receives("Ada's bicycle shop")
    sms.send("1")
    sms.receives("At what time")
