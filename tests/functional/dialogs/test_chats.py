"""A chat that is one function: what the customer hears, message by message."""

import pytest

from tests.functional.dialogs import booking
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.texting import Texting


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {"inbound": booking.booking}


@pytest.fixture(autouse=True)
def done() -> list[tuple[str, ...]]:
    booking.done.clear()
    return booking.done


def test_a_customer_books_with_a_day_between_two_lines(sms: Texting, done: list[tuple[str, ...]]) -> None:
    sms.send("Hello")
    sms.receives("Which day suits you?\n1 Monday\n2 Tuesday")
    sms.send("2")
    sms.receives("And your name?")
    sms.waits(hours=23)
    sms.send("Ada")
    sms.receives("See you on Tuesday, Ada.")
    sms.of(booking.OWNER).receives("Ada comes on Tuesday.")
    assert done == [("hold", "Tuesday")]


def test_who_comes_back_too_late_ends_the_chat_and_begins_another(
    sms: Texting, done: list[tuple[str, ...]]
) -> None:
    sms.send("Hello")
    sms.send("Monday!")
    sms.receives("And your name?")
    sms.waits(hours=25)
    sms.send("Ada")
    sms.receives("Which day suits you?")
    assert done == [("hold", "Monday"), ("release", "slot-Monday")]
