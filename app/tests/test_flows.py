"""Whatever your flows do: a caller hears something, and a message is taken. Say here what yours are to do."""

from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.texting import Texting

NUMBER = "447700900000"  # the number of yours that is called; any will do


def test_caller_hears_something(phone: Phone) -> None:
    call = phone.dial(NUMBER)

    call.hears("")  # what: "Welcome"


def test_message_is_taken(sms: Texting) -> None:
    sms.send("Are you open today?")
