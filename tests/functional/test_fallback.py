"""The fallback: it never fails, keeps running calls as they are, and finds somebody for a caller."""

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.fallback import app
from tests.factories import CALLED, webhook_event
from tests.samples import sample


def ask(payload: object, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return app.lambda_handler(webhook_event("fallback", payload, **changes))


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


def test_a_call_in_progress_goes_on_when_one_of_its_events_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FALLBACK_NUMBER", "447700900999")

    assert ask(sample("fallback_event")) == {"statusCode": 204}


@pytest.mark.parametrize("original", [{}, {"type": "something new"}, None, "event"])
@pytest.mark.parametrize("field", ["status", "dtmf", "speech", "payload"])
def test_an_event_is_known_by_its_fields_too(original: object, field: str) -> None:
    assert ask({field: "x", "to": CALLED, "original_request": original}) == {"statusCode": 204}


def test_a_failed_answer_is_one_even_with_the_fields_of_an_event() -> None:
    assert ncco(ask({"status": "started", "original_request": {"type": "answer", "url": "x"}}))


def test_it_asks_for_no_signature() -> None:
    assert ncco(ask(sample("fallback_answer"), authorization="Bearer nonsense"))


def test_a_body_that_came_as_base64_is_read() -> None:
    assert ask(sample("fallback_event"), base64_encoded=True) == {"statusCode": 204}


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
