"""The pytest plugin with several people, what flows ask for, and what comes of that behind the webhooks."""

import json
from typing import Any

import boto3
import pytest
from switchboard import (
    AnswerRequest,
    InboundMessage,
    Ncco,
    VoiceEvent,
    answer,
    connect,
    conversation,
    event,
    inbound,
    reply_to,
    stream,
    talk,
)
from switchboard import phone as phone_number

from vonage_simulator.testing.handlers import Handler, Rule
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import Simulation, calling
from vonage_simulator.testing.texting import Texting
from vonage_simulator.types import Json

NUMBER, AGENT, CUSTOMER, OWNER = "447700900000", "447700900456", "447700900800", "447700900457"
HOLD = "https://shop.example/hold.mp3"


def sms_to(number: str, text: str) -> Json:
    return {"channel": "sms", "message_type": "text", "to": number, "from": NUMBER, "text": text}


@answer
def answers(call: AnswerRequest) -> Ncco:
    """A queue: customers wait for an agent; others are connected, or hear a jingle."""
    match call.get("from"):
        case "447700900800":
            return [conversation("queue", startOnEnter=False, musicOnHoldUrl=[HOLD])]
        case "447700900456":
            return [conversation("queue", startOnEnter=True, endOnExit=True)]
        case "447700900123":
            return [talk("One moment."), connect(phone_number(AGENT), caller_id=NUMBER), talk("Goodbye.")]
    return [stream("https://shop.example/jingle.mp3"), talk("Who are you?")]


@event
def happens(happened: VoiceEvent) -> Any:  # noqa: ANN401 - a command of any kind
    """Tell the owner of each call, and the caller once the agent has hung up."""
    match happened:
        case {"status": "completed", "direction": "inbound"}:
            text = "Somebody called."
            detail: Any = {
                "channel": "sms",
                "message_type": "text",
                "to": OWNER,
                "from": NUMBER,
                "text": text,
            }
            return {"name": "messages.send", "id": "told", "detail": detail}
        case {"status": "answered", "to": "447700900800", "uuid": str(leg)}:
            return {"name": "voice.update", "detail": {"uuid": leg, "action": "talk", "text": "A surprise."}}
    return None


@inbound
def arrives(message: InboundMessage) -> Any:  # noqa: ANN401 - the same
    """Call back who asks for it, and answer all others twice with the same id."""
    match message:
        case {"text": "Call me", "from": str(customer)}:
            call = {
                "to": [{"type": "phone", "number": customer}],
                "from": {"type": "phone", "number": NUMBER},
                "ncco": [{"action": "talk", "text": "You asked for a call. " * 20}],
            }
            return {"name": "voice.call", "detail": call}
        case {"text": "Nonsense"}:
            return {"name": "messages.send", "detail": {"channel": "sms", "message_type": "text", "to": "1"}}
    reply = reply_to(message, "Hello.")
    return [{"name": "messages.send", "id": "same", "detail": reply}] * 2


@pytest.fixture
def told() -> list[Json]:
    return []


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {
        "answer": answers,
        "event": happens,
        "inbound": arrives,
        "status": lambda _e, _c: {"statusCode": 204},
    }


@pytest.fixture
def rules(told: list[Json]) -> dict[str, Rule]:
    return {"voice.completed": lambda happened, _context: told.append(happened)}


def test_command_whose_id_was_there_is_dropped(sms: Texting) -> None:
    sms.send("Hello?")
    sms.receives("Hello.")
    assert sms.received == ["Hello."]


def test_mail_with_pictures_is_answered_and_told_of_by_reference(
    email: Texting, simulation: Simulation
) -> None:
    """As on a stack with InboundEmail."""
    email.send(message_type="html", html={"body": "Hello? " * 100_000}, email={"subject": "Pictures"})

    assert email.receives("Hello.").startswith("Re: Pictures: ")
    (event,) = [one for one in simulation.events if one["name"] == "messages.inbound"]
    assert "html" not in event["payload"]
    assert event["payload"]["stored"]["size"] > 700_000


def test_somebody_else_s_messages_are_read(phone: Phone, sms: Texting) -> None:
    phone.of("447700900900").dial(NUMBER).hangs_up()
    sms.of(OWNER).receives("Somebody called")
    assert sms.received == []


def test_two_telephones_meet_in_a_queue(phone: Phone) -> None:
    customer = phone.of(CUSTOMER).dial(NUMBER)
    customer.hears("hold.mp3")
    agent = phone.of(AGENT).dial(NUMBER)
    agent.waits(1)
    customer.says("Is anybody there?")
    agent.hears("anybody there")
    agent.says("Yes, I am.")
    customer.hears("yes, I am")
    agent.hangs_up()
    assert customer.ends().status == "completed"


def test_what_is_streamed_is_heard_by_the_name_of_its_file(phone: Phone) -> None:
    call = phone.of("447700900900").dial(NUMBER)
    call.hears("jingle.mp3")
    call.hears("who are you")


def test_telephone_that_is_called_rings_until_it_answers(phone: Phone) -> None:
    caller = phone.dial(NUMBER)
    caller.hears("one moment")
    ringing = phone.rings(AGENT)
    assert ringing.shown == NUMBER
    agent = ringing.answers()
    caller.is_connected_to(AGENT)
    agent.says("How can I help?")
    caller.hears("how can I help")
    assert agent.hangs_up().status == "completed"
    assert agent.leg != caller.leg


def test_telephone_that_nobody_calls_does_not_ring(phone: Phone) -> None:
    phone.of("447700900900").dial(NUMBER)
    with pytest.raises(AssertionError, match=f"{AGENT} did not ring within 5 s"):
        phone.rings(AGENT, within_s=5)


def test_telephone_that_has_stopped_ringing_cannot_answer(phone: Phone) -> None:
    caller = phone.dial(NUMBER)
    ringing = phone.rings(AGENT)
    caller.hangs_up()
    with pytest.raises(AssertionError, match="no longer rings"):
        ringing.answers()


def test_call_that_a_flow_places_rings_at_its_callee(
    phone: Phone, sms: Texting, simulation: Simulation
) -> None:
    customer = sms.of(CUSTOMER)
    customer.send("Call me")
    call = phone.of(CUSTOMER).rings().answers()
    call.hears("you asked for a call")
    call.hears("a surprise")
    call.hangs_up()
    names = [happened["name"] for happened in simulation.timeline(call.conversation)]
    assert {"voice.started", "voice.answered", "voice.completed", "voice.call.accepted"} <= {*names}


def test_time_stands_still_for_a_call_that_a_flow_placed(
    phone: Phone, sms: Texting, simulation: Simulation
) -> None:
    sms.of(CUSTOMER).send("Call me")
    before = simulation.vonage.clock.seconds()
    phone.of(CUSTOMER).rings()
    assert simulation.vonage.clock.seconds() - before < 1


def test_time_passes(sms: Texting, simulation: Simulation) -> None:
    before = simulation.vonage.clock.now()
    sms.waits(days=1, hours=1)
    assert (simulation.vonage.clock.now() - before).total_seconds() >= 25 * 3600


def test_events_of_a_call_are_its_timeline_in_order(phone: Phone, simulation: Simulation) -> None:
    call = phone.of("447700900900").dial(NUMBER)
    call.hears("jingle")
    call.hangs_up()
    names = [happened["name"] for happened in simulation.timeline(call.conversation)]
    assert names == ["voice.started", "voice.ringing", "voice.answered", "voice.completed"]


def test_rule_of_the_bus_gets_its_events_as_eventbridge_gives_them(phone: Phone, told: list[Json]) -> None:
    call = phone.of("447700900900").dial(NUMBER)
    call.hangs_up()
    (happened,) = told
    assert happened["source"] == "vonage.voice"
    assert happened["detail-type"] == happened["detail"]["name"] == "voice.completed"
    assert happened["detail"]["subject"] == call.conversation


def test_webhook_that_comes_twice_is_one_event(
    phone: Phone, simulation: Simulation, told: list[Json], sms: Texting
) -> None:
    simulation.vonage.webhook_faults.next("event", duplicate=True, times=10)
    phone.of("447700900900").dial(NUMBER).hangs_up()
    assert len(told) == 1
    assert sms.of(OWNER).received == ["Somebody called."]


class TestBus:
    """A rule that puts a command on the bus itself."""

    @pytest.fixture
    def rules(self) -> dict[str, Rule]:
        return {"voice.completed": texts_back}

    def test_command_from_the_bus_is_carried_out(self, phone: Phone, sms: Texting) -> None:
        phone.of("447700900900").dial(NUMBER).hangs_up()
        sms.of("447700900900").receives("sorry we missed you")


class TestConsent:
    """A rule that opts callers out, and writes to them all the same."""

    @pytest.fixture
    def rules(self) -> dict[str, Rule]:
        return {"voice.completed": opts_out_and_writes}

    def test_who_has_opted_out_is_sent_what_they_asked_for_alone(
        self, phone: Phone, sms: Texting, simulation: Simulation
    ) -> None:
        phone.of("447700900900").dial(NUMBER).hangs_up()

        assert sms.of("447700900900").received == ["Your receipt.", "Welcome back."]
        rejected = [each for each in simulation.events if each["name"] == "messages.send.rejected"]
        assert [each["payload"]["opted_out"] for each in rejected] == [True, True]


class TestTime:
    """A rule that has callers hear of it later, and changes its mind about some of it."""

    @pytest.fixture
    def rules(self) -> dict[str, Rule]:
        return {"voice.completed": reminds}

    def test_time_that_passes_carries_out_what_is_due_unless_it_was_cancelled(
        self, phone: Phone, sms: Texting, simulation: Simulation
    ) -> None:
        caller = sms.of("447700900900")
        phone.of(caller.number).dial(NUMBER).hangs_up()
        assert caller.received == ["Goodbye."]

        caller.waits(minutes=59)
        assert caller.received == ["Goodbye."]
        caller.waits(minutes=2)
        caller.receives("An hour has passed.")
        caller.waits(days=2)
        assert len(caller.received) == 2

        cancelled = [each["payload"] for each in simulation.events if "cancelled" in each["payload"]]
        assert [each["command"] for each in cancelled] == ["messages.send"]
        found = [each["payload"]["found"] for each in simulation.events if "found" in each["payload"]]
        assert found == ["waiting", "accepted", "unknown"]


def reminds(happened: Json, _context: object) -> None:
    """Have three messages sent, one of them in an hour, and one not at all."""
    caller = happened["detail"]["payload"]["from"]
    put("messages.send", sms_to(caller, "An hour has passed.") | {"after": 3600})
    tomorrow = put("messages.send", sms_to(caller, "A day has passed.") | {"after": 86_400})
    at_once = put("messages.send", sms_to(caller, "Goodbye.") | {"at": "2026-01-01T12:00:00Z"})
    for command_id in (tomorrow, at_once, "nobody's"):
        put("command.cancel", {"id": command_id})


def opts_out_and_writes(happened: Json, _context: object) -> None:
    """Opt whoever called out of everything, and in again, as another stack would."""
    caller = happened["detail"]["payload"]["from"]
    receipt = sms_to(caller, "Your receipt.") | {"purpose": "transactional", "pace": "bulk"}
    put("consent.stop", {"person": f"+{caller[:2]} {caller[2:]}"})  # however it is written
    put("messages.send", sms_to(caller, "News."))
    put("messages.send", sms_to(OWNER, "News.") | {"failover": [sms_to(caller, "News.")]})
    put("messages.send", receipt)
    put("consent.start", {"person": caller})
    put("messages.send", sms_to(caller, "Welcome back."))


def texts_back(happened: Json, _context: object) -> None:
    """Write to whoever called, as another stack would."""
    put("messages.send", sms_to(happened["detail"]["payload"]["from"], "Sorry we missed you."))


def put(name: str, detail: Json) -> str:
    """Put a command on the bus; gives its id."""
    client = boto3.client("events")
    reply = client.put_events(
        Entries=[
            {
                "EventBusName": "bus",
                "Source": "my.shop",
                "DetailType": name,
                "Detail": json.dumps(detail),
            }
        ]
    )
    client.close()
    return str(reply["Entries"][0]["EventId"])


@pytest.mark.flows_may_fail
def test_command_that_vonage_would_refuse_is_an_event(sms: Texting, simulation: Simulation) -> None:
    sms.send("Nonsense")
    sms.waits(1)
    rejected = [happened for happened in simulation.events if happened["name"] == "messages.send.rejected"]
    assert "detail.from is missing" in rejected[0]["payload"]["reason"]
    assert sms.received == []


@pytest.mark.parametrize("name", ["voice.completed", "messages.send.accepted"])
def test_rule_that_breaks_fails_the_test(webhooks: dict[str, Handler], name: str) -> None:
    def breaks(_event: Json, _context: object) -> None:
        raise LookupError("a mistake in the rule")

    with (
        pytest.RaisesGroup(LookupError, allow_unwrapped=True, flatten_subgroups=True),
        calling(webhooks, rules={name: breaks}) as simulation,
    ):
        Phone(simulation.vonage, "447700900900").dial(NUMBER).hangs_up()
