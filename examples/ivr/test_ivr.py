"""Calls to the IVR. Copy it to app/tests, and `make test-app` calls your own flows."""

from vonage_simulator.testing.phone import Phone


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
