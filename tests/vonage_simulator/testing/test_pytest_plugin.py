"""The pytest plugin, used as its users do: handlers in this process, callers and customers in the test."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, get_args, get_type_hints

import pytest
from switchboard import (
    AnswerRequest,
    InboundMessage,
    MessageRequest,
    Ncco,
    VoiceEvent,
    answer,
    connect,
    event,
    inbound,
    input_,
    reply_to,
    talk,
)
from switchboard import phone as phone_number
from switchboard.aws import queues, secret
from switchboard.webhooks import pipeline
from switchboard.webhooks.signature_secrets import SignatureSecrets

from vonage_simulator.switches import Switches
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone, PhoneCall
from vonage_simulator.testing.simulation import Simulation, calling
from vonage_simulator.testing.texting import Texting

pytest_plugins = ["pytester"]

NUMBER = "447700900000"


@answer
def answers(_call: AnswerRequest) -> Ncco:
    return [talk("Welcome. Press one for sales.", bargeIn=True), input_("dtmf", dtmf={"maxDigits": 1})]


@event
def happens(happened: VoiceEvent) -> Ncco | None:
    match happened:
        case {"dtmf": {"digits": "1"}, "to": str(called)}:
            return [talk("Connecting you."), connect(phone_number("447700900999"), caller_id=called)]
        case {"dtmf": _}:
            return [talk("Goodbye.")]
    return None


@inbound
def arrives(message: InboundMessage) -> MessageRequest:
    if message["channel"] == "whatsapp" and message["message_type"] == "image":
        return {
            "channel": "whatsapp",
            "message_type": "image",
            "to": message["from"],
            "from": message["to"],
            "image": {"url": "https://shop.example/opening-hours.png"},
        }
    return reply_to(message, "We are open.")


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {"answer": answers, "event": happens, "inbound": arrives}


def test_caller_reaches_sales(phone: Phone) -> None:
    call = phone.dial(NUMBER)
    call.hears("Welcome")
    call.presses("1")
    call.hears("Connecting you")
    call.is_connected_to("447700900999")


def test_caller_who_presses_nothing_is_sent_away(phone: Phone) -> None:
    with phone.dial(NUMBER) as call:
        call.hears("goodbye")
        assert call.ends().duration_s < 20


def test_user_and_sip_endpoint_reach_the_same_flow(phone: Phone) -> None:
    for caller in (phone.of_user("jamie", {"plan": "gold"}), phone.of_sip("sip:desk@example.com")):
        call = caller.dial(NUMBER)
        call.hears("Welcome")
        call.presses("1")
        call.is_connected_to("447700900999")


def test_webhooks_have_been_answered_when_a_statement_is_over(
    phone: Phone, webhooks: dict[str, Handler]
) -> None:
    finished: list[object] = []

    def slow_event(arrived: dict[str, Any], context: object) -> Mapping[str, Any]:
        threading.Event().wait(0.1)
        reply = happens(arrived, context)
        finished.append(json.loads(arrived["body"])["status"])
        return reply

    webhooks["event"] = slow_event
    phone.dial(NUMBER).hears("Welcome")
    assert finished == ["started", "ringing", "answered"]


def positions() -> Iterator[Switches]:
    """The switches, one of them at a time in a position that was not assumed."""
    for name, kind in get_type_hints(Switches).items():
        for value in get_args(kind) or ((True, False) if kind is bool else ()):
            if value != getattr(Switches(), name):
                yield Switches(**{name: value})


def moved(switches: Switches) -> str:
    return next(
        f"{name}={value}" for name, value in asdict(switches).items() if value != asdict(Switches())[name]
    )


@pytest.mark.parametrize("switches", list(positions()), ids=moved)
def test_flow_does_not_depend_on_what_was_assumed(phone: Phone, sms: Texting, switches: Switches) -> None:
    call = phone.dial(NUMBER)
    call.hears("Welcome")
    call.presses("1")
    call.is_connected_to("447700900999")
    with phone.dial(NUMBER) as silent:
        silent.hears("goodbye")
    if switches.sms_setting == "messages":
        sms.send("Are you open?")
        sms.receives("we are open")


@pytest.mark.parametrize("switches", [Switches(empty_digits="null")])
def test_position_that_a_test_names_is_simulated(phone: Phone, simulation: Simulation) -> None:
    with phone.dial(NUMBER) as call:
        call.hears("goodbye")
    (asked,) = simulation.vonage.journal.entries(webhook="input")
    assert asked["request"]["body"]["dtmf"]["digits"] is None


def test_customer_gets_an_answer(sms: Texting, whatsapp: Texting) -> None:
    sms.send("Are you open?")
    sms.receives("we are open")
    whatsapp.send("Are you open?")
    whatsapp.receives("open")


def test_customer_sends_a_picture_and_gets_one_back(whatsapp: Texting) -> None:
    whatsapp.send(message_type="image", image={"url": "https://shop.example/shelf.jpg"})
    whatsapp.receives("https://shop.example/opening-hours.png")


def test_a_minute_of_thinking_costs_the_caller_nothing(phone: Phone, simulation: Simulation) -> None:
    call = phone.dial(NUMBER)
    call.hears("Welcome")
    before = simulation.vonage.clock.seconds()
    time.sleep(0.05)
    assert simulation.vonage.clock.seconds() == before
    call.presses("1")
    call.is_connected_to("447700900999")


@pytest.mark.parametrize(
    ("deed", "complaint"),
    [
        (lambda call: call.hears("Bonjour", within_s=30), 'never heard "Bonjour"'),
        (
            lambda call: call.is_connected_to("447700900777", within_s=30),
            "was never connected to 447700900777",
        ),
    ],
    ids=["hears", "is_connected_to"],
)
def test_what_does_not_happen_fails_with_the_story_so_far(
    phone: Phone, deed: Callable[[PhoneCall], None], complaint: str
) -> None:
    call = phone.dial(NUMBER)
    with pytest.raises(AssertionError) as failed:
        deed(call)
    assert complaint in str(failed.value)


def test_number_that_leads_nowhere_fails_at_once(phone: Phone) -> None:
    with pytest.raises(AssertionError, match="is linked to no application"):
        phone.dial("14155550100")


def test_message_that_never_comes_fails_with_what_came(sms: Texting) -> None:
    sms.send("Are you open?")
    with pytest.raises(AssertionError) as failed:
        sms.receives("closed", within_s=0.1)
    assert str(failed.value).endswith('never received "closed" within 0.1 s; received: "We are open."')


def test_two_phones_are_on_the_line_at_once(simulation: Simulation) -> None:
    first, second = Phone(simulation.vonage, "447700900101"), Phone(simulation.vonage, "447700900102")
    one, other = first.dial(NUMBER), second.dial(NUMBER)
    one.hears("Welcome")
    other.hears("Welcome")
    other.presses("1")
    other.is_connected_to("447700900999")
    one.hears("goodbye")
    second.hang_up_everything()


def test_handlers_keep_no_connection_to_what_is_gone(
    webhooks: dict[str, Handler], monkeypatch: pytest.MonkeyPatch
) -> None:
    # An earlier simulation of this process may have left the secret, and then nobody connects to read it.
    monkeypatch.setattr(pipeline, "_secrets", SignatureSecrets())

    with calling(webhooks) as simulation, Phone(simulation.vonage).dial(NUMBER) as call:
        call.hears("Welcome")

    for service in (secret._secrets_manager(), queues._sqs):
        assert service._kept
        assert service._kept.connection.sock is None


def test_another_plugin_says_where_calls_go(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        from vonage_simulator.testing.simulation import calling

        pytest_plugins = ["vonage_simulator.testing.pytest_plugin"]

        def answer(event, context):
            ncco = '[{"action": "talk", "text": "Elsewhere"}]'
            return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": ncco}

        def pytest_vonage_simulation(switches):
            return calling({"answer": answer, "event": lambda event, context: {"statusCode": 204}}, switches)
        """
    )
    pytester.makepyfile('def test_call(phone): phone.dial("447700900000").hears("Elsewhere")')

    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_environment_is_what_it_was_when_a_simulation_is_over(webhooks: dict[str, Handler]) -> None:
    before = dict(os.environ)
    with calling(webhooks):
        assert os.environ["SWITCHBOARD_TELL_ALL"] == "1"

    assert dict(os.environ) == before


@pytest.mark.parametrize("folder", ["app/settings", "settings"])
def test_settings_are_those_of_the_file_for_tests(pytester: pytest.Pytester, folder: str) -> None:
    file = pytester.path / folder / "test.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"greeting": "Good day"}')
    pytester.makepyfile(
        "def test_it(stage_settings):\n    assert stage_settings == {'greeting': 'Good day'}\n"
    )

    pytester.runpytest().assert_outcomes(passed=1)
