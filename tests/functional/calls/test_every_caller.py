"""Whoever calls, and whatever was dialled, the flows of the project forward the call."""

from collections.abc import Iterator

import pytest

from examples.ivr.answer import app as ivr_answer
from examples.ivr.event import app as ivr_event
from examples.voice_assistant.answer import app as assistant_answer
from examples.voice_assistant.event import app as assistant_event
from examples.voicemail.answer import app as voicemail_answer
from examples.voicemail.event import app as voicemail_event
from tests.flows.answer import app as answer
from tests.flows.event import app as event
from tests.flows.fallback import app as fallback
from vonage_simulator.switches import Switches
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone, PhoneCall
from vonage_simulator.testing.simulation import Simulation, calling
from vonage_simulator.testing.texting import Texting

NUMBER, FORWARDED_TO, EXTENSION = "447700900000", "447700900999", "447700900456"
CALLERS = [
    "phone",
    "withheld",
    "user calls a name",
    "user calls a number",
    "user calls a sentence",
    "sip calls our number",
    "sip calls a name",
    "sip calls a number",
    "sip calls a domain",
]
FUNCTIONS: dict[str, dict[str, Handler]] = {
    "own": {"answer": answer.lambda_handler, "event": event.lambda_handler},
    "ivr": {"answer": ivr_answer.lambda_handler, "event": ivr_event.lambda_handler},
    "voice assistant": {"answer": assistant_answer.lambda_handler, "event": assistant_event.lambda_handler},
    "voicemail": {"answer": voicemail_answer.lambda_handler, "event": voicemail_event.lambda_handler},
    "fallback": {"answer": lambda _event, _context: {"statusCode": 500}, "event": event.lambda_handler},
}


def dial(simulation: Simulation, who: str) -> PhoneCall:
    phone = Phone(simulation.vonage)
    user, desk = phone.of_user("jamie", {"plan": "gold"}), phone.of_sip("sip:desk@pbx.example")
    caller, to = {
        "phone": (phone, NUMBER),
        "withheld": (phone.withheld(), NUMBER),
        "user calls a name": (user, "support"),
        "user calls a number": (user, "447700900555"),
        "user calls a sentence": (user, "B\u00fcro 7"),
        "sip calls our number": (desk, NUMBER),
        "sip calls a name": (desk, "sales"),
        "sip calls a number": (desk, "447700900555"),
        "sip calls a domain": (desk, "sip:sales@shop.sip-eu.vonage.com"),
    }[who]
    phone.callee(EXTENSION, picks="answer")
    return caller.dial(to)


def shown_to(simulation: Simulation, callee: str) -> set[str]:
    """Whom a callee sees."""
    entries = simulation.vonage.journal.entries(kind="webhook", webhook="event")
    events = [entry["request"]["body"] for entry in entries]
    return {happened["from"] for happened in events if happened.get("to") == callee}


@pytest.fixture(autouse=True)
def _somebody_to_forward_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "FORWARD_TO", FORWARDED_TO)
    monkeypatch.setattr(assistant_answer, "ASSISTANT", "ws://127.0.0.1:9/")
    monkeypatch.setenv("FALLBACK_NUMBER", FORWARDED_TO)


@pytest.fixture
def simulated(request: pytest.FixtureRequest, strictness: Switches) -> Iterator[Simulation]:
    handlers = {**FUNCTIONS[request.param], "fallback": fallback.lambda_handler}
    with calling(handlers, strictness) as simulation:
        yield simulation


@pytest.fixture(params=["unknown", "not_connected"])
def strictness(request: pytest.FixtureRequest) -> Switches:
    """What becomes of a call that is forwarded with a number that isn't the account's to show."""
    return Switches(foreign_caller_id=request.param)


def was_asked(simulation: Simulation) -> bool:
    return bool(simulation.vonage.journal.entries(webhook="fallback"))


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("simulated", ["own"], indirect=True)
def test_call_is_forwarded_with_a_number_of_the_account(simulated: Simulation, who: str) -> None:
    call = dial(simulated, who)
    call.hears("Connecting you")
    call.is_connected_to(FORWARDED_TO)
    call.hangs_up()

    assert shown_to(simulated, FORWARDED_TO) == {NUMBER}
    assert not was_asked(simulated)


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("simulated", ["fallback"], indirect=True)
def test_fallback_forwards_the_call_with_a_number_of_the_account(simulated: Simulation, who: str) -> None:
    call = dial(simulated, who)
    call.is_connected_to(FORWARDED_TO)
    call.hangs_up()

    assert shown_to(simulated, FORWARDED_TO) == {NUMBER}


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("simulated", ["ivr"], indirect=True)
def test_menu_leads_to_the_extension_with_a_number_of_the_account(simulated: Simulation, who: str) -> None:
    call = dial(simulated, who)
    call.hears("two digits")
    call.presses("10")
    call.is_connected_to(EXTENSION)
    call.hangs_up()

    assert shown_to(simulated, EXTENSION) == {NUMBER}
    assert not was_asked(simulated)


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("simulated", ["voice assistant"], indirect=True)
def test_assistant_that_is_not_there_is_told(simulated: Simulation, who: str) -> None:
    call = dial(simulated, who)
    call.hears("One moment")
    call.hears("not available")
    call.hangs_up()

    assert not was_asked(simulated)


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("simulated", ["voicemail"], indirect=True)
def test_message_is_recorded_and_told(simulated: Simulation, who: str) -> None:
    call = dial(simulated, who)
    call.hears("beep")
    call.says("Please call me back.")
    call.hangs_up()

    Texting(simulated, number=voicemail_event.OWNER).receives("left a voicemail")
    assert not was_asked(simulated)
