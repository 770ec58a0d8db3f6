"""The fallback: it never fails, finds somebody for a caller who waits, and leaves other calls as they are."""

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from switchboard import talk

from tests.factories import CALLED, webhook_event
from tests.flows.fallback import app
from tests.samples import payloads, sample, webhook_of
from vonage_simulator.testing.handlers import BASE_URL, Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import calling

JSON = {"content-type": "application/json"}
EVENTS = {name for name in payloads() if webhook_of(name) == "event"}
GOES_ON = {
    "event_answered",
    "event_answered_outbound",
    "event_completed",
    "event_completed_nulls",
    "event_completed_unanswered",
    "event_human",
    "event_machine",
    "event_machine_beep_start",
    "event_machine_beep_timeout",
    "event_record",
    "event_ringing",
    "event_started",
    "event_transcribed",
    "event_transfer",
    "event_transfer_untyped",
}


def ask(payload: object, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return app.lambda_handler(webhook_event("fallback", payload, **changes))


def failed(name: str) -> dict[str, Any]:
    """What Vonage asks the fallback when the event webhook failed at a sample."""
    original = {"url": "https://example.com/webhooks/event", "type": "event"}
    return sample(name) | {"reason": "Invalid response code.", "original_request": original}


def ncco(response: dict[str, Any]) -> Any:  # noqa: ANN401
    assert response["statusCode"] == 200
    return json.loads(response["body"])


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FALLBACK_NUMBER", raising=False)


def test_a_caller_who_was_not_answered_reaches_the_fallback_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FALLBACK_NUMBER", "447700900999")

    (action,) = ncco(ask(sample("fallback_answer")))

    assert action["action"] == "connect"
    assert action["endpoint"] == [{"type": "phone", "number": "447700900999"}]
    assert action["from"] == sample("fallback_answer")["to"]


@pytest.mark.parametrize(
    "written", ["+447700900999", "+44 7700 900999", "0044 (7700) 900-999", "+44 (0)7700 900999"]
)
def test_fallback_number_is_read_as_people_write_it(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("FALLBACK_NUMBER", written)

    (action,) = ncco(ask(sample("fallback_answer")))

    assert action["endpoint"] == [{"type": "phone", "number": "447700900999"}]


@pytest.mark.parametrize("number", ["", sample("fallback_answer")["to"]])
def test_a_caller_hears_an_apology_when_there_is_nobody_to_call(
    monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    monkeypatch.setenv("FALLBACK_NUMBER", number)

    assert ncco(ask(sample("fallback_answer"))) == [{"action": "talk", "text": app.APOLOGY}]


def test_a_caller_from_an_app_is_shown_any_number_of_yours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FALLBACK_NUMBER", "447700900999")

    (action,) = ncco(ask(sample("fallback_answer") | {"to": "support"}))

    assert action["randomFromNumber"] is True
    assert "from" not in action


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint_type": "app", "to": "447700900555"},
        {"from_user": "jamie", "endpoint_type": "app", "to": "447700900555"},
        {"endpoint_type": "sip", "from": "sip:desk@example.com", "to": "447700900555"},
        {"endpoint_type": "sip", "from": "sip:desk@example.com", "to": "sales"},
        {"original_request": {"type": "answer", "url": "https://example.com/whisper"}, "to": "447700900555"},
        {"to": 447700900000},
        {"to": None},
    ],
    ids=str,
)
def test_a_number_that_may_not_be_yours_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    monkeypatch.setenv("FALLBACK_NUMBER", "447700900999")

    (action,) = ncco(ask(sample("fallback_answer") | changes))

    assert action["randomFromNumber"] is True
    assert "from" not in action


@pytest.mark.parametrize("from_", ["anonymous", "unknown", ""])
def test_a_caller_who_withholds_the_number_is_shown_the_number_called(
    monkeypatch: pytest.MonkeyPatch, from_: str
) -> None:
    monkeypatch.setenv("FALLBACK_NUMBER", "447700900999")

    (action,) = ncco(ask(sample("fallback_answer") | {"from": from_}))

    assert action["from"] == sample("fallback_answer")["to"]


@pytest.mark.parametrize(
    ("url", "is_joined"),
    [
        ("https://example.com/webhooks/answer?note=abc", True),
        ("https://example.com/webhooks/answer", False),
        ("https://example.com/webhooks/event?note=abc&mac=def", False),
        ("https://example.com/whisper?note=abc", False),
    ],
)
def test_a_callee_whose_note_is_lost_is_joined_to_the_caller(url: str, *, is_joined: bool) -> None:
    original = {"url": url, "type": "answer"}

    response = ask(sample("answer_phone") | {"reason": "Socket timeout.", "original_request": original})

    assert (ncco(response) == [{"action": "wait", "timeout": 0.1}]) is is_joined


@pytest.mark.parametrize("name", sorted(EVENTS - GOES_ON))
def test_whoever_waits_for_the_reply_to_an_event_hears_the_apology(name: str) -> None:
    assert ncco(ask(failed(name))) == [{"action": "talk", "text": app.APOLOGY}]


@pytest.mark.parametrize("name", sorted(GOES_ON))
def test_a_call_that_goes_on_by_itself_is_left_alone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("FALLBACK_NUMBER", "447700900999")

    assert ask(failed(name)) == {"statusCode": 204}


def test_whoever_waits_in_a_call_in_progress_reaches_the_fallback_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FALLBACK_NUMBER", "447700900999")

    (action,) = ncco(ask(sample("fallback_event")))

    assert action["endpoint"] == [{"type": "phone", "number": "447700900999"}]


def test_a_fallback_number_that_was_just_busy_is_not_called_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FALLBACK_NUMBER", sample("event_busy")["to"])

    assert ncco(ask(failed("event_busy"))) == [{"action": "talk", "text": app.APOLOGY}]


@pytest.mark.parametrize("original", [{}, {"type": "something new"}, None, "event"])
@pytest.mark.parametrize("field", ["status", "dtmf", "speech", "payload"])
def test_an_event_is_known_by_its_fields_too(
    monkeypatch: pytest.MonkeyPatch, original: object, field: str
) -> None:
    """Its `to` may be the other side's, so that it is not shown as the caller."""
    monkeypatch.setenv("FALLBACK_NUMBER", "447700900999")

    (action,) = ncco(ask({field: "x", "to": CALLED, "original_request": original}))

    assert "from" not in action
    assert action["randomFromNumber"] is True


@pytest.mark.parametrize(
    "action",
    [
        {"action": "input", "type": ["dtmf"]},
        {"action": "notify", "payload": {"step": 1}, "eventUrl": [f"{BASE_URL}/event"]},
        {
            "action": "connect",
            "eventType": "synchronous",
            "from": CALLED,
            "endpoint": [{"type": "phone", "number": "447700900777"}],
        },
    ],
    ids=lambda action: action["action"],
)
def test_a_caller_hears_the_apology_when_the_event_function_fails(action: dict[str, Any]) -> None:
    answer = {"statusCode": 200, "headers": JSON, "body": json.dumps([talk("Welcome."), action])}
    handlers: dict[str, Handler] = {
        "answer": lambda _event, _context: answer,
        "event": lambda _event, _context: {"statusCode": 500},
        "fallback": app.lambda_handler,
    }

    with calling(handlers) as simulation:
        phone = Phone(simulation.vonage)
        phone.callee("447700900777", picks="busy")
        call = phone.dial(simulation.number)
        call.hears("Welcome")
        call.hears(app.APOLOGY)
        call.ends()


def whispering(*actions: object) -> dict[str, Handler]:
    answer = {"statusCode": 200, "headers": JSON, "body": json.dumps(actions)}
    return {
        "answer": lambda _event, _context: answer,
        "event": lambda _event, _context: {"statusCode": 204},
        "fallback": app.lambda_handler,
    }


def test_caller_and_callee_are_connected_though_the_callee_s_own_ncco_failed() -> None:
    endpoint = {"type": "phone", "number": "447700900777", "onAnswer": {"url": f"{BASE_URL}/whisper"}}
    connect = {"action": "connect", "from": CALLED, "endpoint": [endpoint]}

    with calling(whispering(talk("Welcome."), connect)) as simulation:
        phone = Phone(simulation.vonage)
        phone.callee("447700900777")
        call = phone.dial(simulation.number)
        call.hears("Welcome")
        call.is_connected_to("447700900777")
        call.hangs_up()

        (asked,) = simulation.vonage.journal.entries(webhook="fallback")
    assert asked["request"]["body"]["original_request"]["type"] == "answer"
    assert asked["ncco"] == [{"action": "talk", "text": app.APOLOGY}]


def test_a_failed_answer_is_one_even_with_the_fields_of_an_event() -> None:
    assert ncco(ask({"status": "started", "original_request": {"type": "answer", "url": "x"}}))


def test_it_asks_for_no_signature() -> None:
    assert ncco(ask(sample("fallback_answer"), authorization="Bearer nonsense"))


def test_a_body_that_came_as_base64_is_read() -> None:
    assert ask(failed("event_ringing"), base64_encoded=True) == {"statusCode": 204}


@pytest.mark.parametrize(
    "event",
    [{}, {"body": None}, {"body": "\0"}, {"body": "[]"}, {"body": "x", "isBase64Encoded": True}, None, []],
)
def test_whatever_arrives_a_caller_is_answered(event: Any) -> None:  # noqa: ANN401
    assert ncco(app.lambda_handler(event)) == [{"action": "talk", "text": app.APOLOGY}]


@given(
    payload=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["to", "from", "original_request", "type", "status", "dtmf", "conversation_uuid"]
                ),
                inner,
            )
        ),
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_never_raises(payload: object) -> None:
    body = base64.b64encode(json.dumps(payload).encode()).decode()

    assert app.lambda_handler({"body": body, "isBase64Encoded": True})["statusCode"] in (200, 204)


@pytest.mark.parametrize("context", [{"apiId": "own"}, {}, None, "own", [], {"apiId": None}])
def test_log_line_names_the_api_that_was_asked_if_it_is_known(
    capsys: pytest.CaptureFixture[str], context: object
) -> None:
    event = webhook_event("fallback", sample("fallback_answer")) | {"requestContext": context}

    assert ncco(app.lambda_handler(event))

    line = json.loads(capsys.readouterr().out)
    assert line["message"] == "Fallback"
    assert (line["api"] == "own") == (context == {"apiId": "own"})
