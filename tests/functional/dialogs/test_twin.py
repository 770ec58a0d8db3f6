"""A dialog and its event-driven twin are the same call, whatever the caller does."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from switchboard import (
    AnswerRequest,
    Ncco,
    Reply,
    VoiceEvent,
    answer,
    connect,
    event,
    input_,
    query,
    record,
    sms,
    talk,
    webhook_url,
)
from switchboard import phone as number

from tests.flows.event import app as plain_event
from tests.flows.fallback import app as fallback
from tests.functional.dialogs.reception import NUMBER, OWNER, PERSONS, SALES, reception
from vonage_simulator.calls.parties import Picks
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone, PhoneCall
from vonage_simulator.testing.simulation import calling

CALLER = "447700900123"
LANGUAGES = {"1": "en-GB", "2": "de-DE"}
SORRY = {"silence": "Sorry, I didn't hear anything.", "nonsense": "Sorry, that didn't work."}
GIVEN_UP = "We are sorry, we cannot help you this way."


def asked(tries: int) -> Ncco:
    options: Any = {"maxDigits": 1, "timeOut": 5}
    return [
        talk("English: 1. Deutsch: 2.", bargeIn=True),
        input_("dtmf", dtmf=options, eventUrl=[webhook_url("event", at="language", tries=tries)]),
    ]


@answer
def answers(_call: AnswerRequest) -> Ncco:
    return asked(2)


@event
def happens(happened: VoiceEvent) -> Reply | None:
    match query().get("at"), happened:
        case "language", {"dtmf": {"digits": digits}}:
            if language := LANGUAGES.get(str(digits)):
                address = webhook_url("event", at="connect", language=language)
                call = connect(
                    number(SALES),
                    caller_id=NUMBER,
                    timeout=20,
                    eventType="synchronous",
                    advancedMachineDetection=PERSONS,
                )
                return [talk("Hello Ada.", language=language), {**call, "eventUrl": [address]}]
            tries = int(query()["tries"])
            if not tries:
                return [talk(GIVEN_UP)]
            return [talk(SORRY["nonsense" if digits else "silence"]), *asked(tries - 1)]
        case "connect", {"status": "busy" | "timeout" | "unanswered" | "rejected" | "failed" | "machine"}:
            language = query()["language"]
            left = webhook_url("event", at="left")
            return [
                talk("Nobody is free. Please leave a message.", language=language),
                record(timeOut=120, endOnKey="#", beepStart=True, eventUrl=[left]),
                talk("Thank you. Goodbye.", language=language),
            ]
        case "left", {"recording_url": str(url)}:
            return sms(OWNER, f"A message from {CALLER}: {url}", sender=NUMBER)
    return None


TWINS: list[dict[str, Handler]] = [
    {"answer": reception, "event": plain_event.lambda_handler, "fallback": fallback.lambda_handler},
    {"answer": answers, "event": happens, "fallback": fallback.lambda_handler},
]
PICKS: list[Picks] = ["answer", "machine", "busy", "decline", "no_answer", "cannot_route"]
DOES = st.one_of(
    st.sampled_from([("press", key) for key in "1273#*"]),
    st.sampled_from([("wait", 0.5), ("wait", 4.0), ("wait", 30.0), ("wait", 130.0)]),
    st.just(("say", "Please call me back.")),
)


def call(webhooks: dict[str, Handler], does: list[tuple[str, Any]], picks: Picks) -> tuple[object, ...]:
    """What was heard, done and sent in a call of somebody who does this, and hangs up."""
    with calling(webhooks) as simulation:
        phone = Phone(simulation.vonage)
        phone.callee(SALES, picks=picks)
        talking = phone.dial(NUMBER)
        for what, how in does:
            try:
                do(talking, what, how)
            except AssertionError:  # such as a key that nobody waits for
                break
        talking.hangs_up()
        kinds = ("what", "text", "keys", "number", "status")
        heard = [tuple(line.get(kind) for kind in kinds) for line in talking.transcript]
        sent = [text.partition(": ")[0] for text in simulation.sent_to(OWNER)]
        assert not simulation.vonage.journal.entries(webhook="fallback")
    return heard, sent


def do(talking: PhoneCall, what: str, how: Any) -> None:  # noqa: ANN401 - seconds or words
    match what:
        case "press":
            talking.presses(how)
        case "wait":
            talking.waits(how)
        case "say":
            talking.says(how)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(DOES, max_size=5), st.sampled_from(PICKS))
def test_a_dialog_and_its_event_driven_twin_are_the_same_call(
    does: list[tuple[str, Any]], picks: Picks
) -> None:
    dialog, twin = (call(webhooks, does, picks) for webhooks in TWINS)

    assert dialog == twin
