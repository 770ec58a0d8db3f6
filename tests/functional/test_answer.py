"""The answer function, from API Gateway's event to its response, with Secrets Manager on the wire."""

import json
import runpy
import time
from typing import Any

import pytest
from switchboard.webhooks.outcome import Response

from tests.conftest import Logs
from tests.factories import CALLED, answer_request, signed, webhook_event
from tests.fakes.stores import Aws
from tests.flows.answer import app

pytestmark = pytest.mark.usefixtures("aws")


def ncco(response: Response) -> list[dict[str, Any]]:
    assert response["statusCode"] == 200
    assert response["headers"]["content-type"] == "application/json"
    actions: list[dict[str, Any]] = json.loads(response["body"])
    return actions


def test_a_call_is_forwarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "FORWARD_TO", "447700900999")

    response = app.lambda_handler(webhook_event("answer", answer_request()))

    assert ncco(response) == [
        {"action": "talk", "text": "Connecting you."},
        {"action": "connect", "endpoint": [{"type": "phone", "number": "447700900999"}], "from": CALLED},
    ]


@pytest.mark.parametrize(
    "who",
    [
        {"endpoint_type": "app", "to": "support"},
        {"endpoint_type": "app", "to": "447700900555"},
        {"endpoint_type": "app", "to": "B\u00fcro 7"},
        {"endpoint_type": "sip", "from": "sip:desk@pbx.example", "to": "sales"},
        {"endpoint_type": "sip", "from": "sip:desk@pbx.example", "to": "447700900555"},
        {"to": "B\u00fcro 7"},
    ],
    ids=str,
)
def test_a_call_to_what_may_be_no_number_of_yours_is_forwarded_with_any(
    monkeypatch: pytest.MonkeyPatch, who: dict[str, str]
) -> None:
    monkeypatch.setattr(app, "FORWARD_TO", "447700900999")

    [_, forwarded] = ncco(app.lambda_handler(webhook_event("answer", answer_request() | who)))

    assert forwarded["randomFromNumber"] is True
    assert "from" not in forwarded


@pytest.mark.parametrize("from_", ["anonymous", "unknown", "Restricted", ""])
def test_a_call_from_a_withheld_number_is_forwarded_with_the_number_called(
    monkeypatch: pytest.MonkeyPatch, from_: str
) -> None:
    monkeypatch.setattr(app, "FORWARD_TO", "447700900999")

    [_, forwarded] = ncco(app.lambda_handler(webhook_event("answer", answer_request() | {"from": from_})))

    assert forwarded["from"] == CALLED


@pytest.mark.parametrize(
    "written", ["+447700900999", "+44 7700 900999", "0044 7700-900999", '"447700900999"']
)
def test_a_call_is_forwarded_to_a_number_as_people_write_it(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("FORWARD_TO", written)
    deployed = runpy.run_path(str(app.__file__))

    [_, forwarded] = ncco(deployed["lambda_handler"](webhook_event("answer", answer_request())))

    assert forwarded["endpoint"] == [{"type": "phone", "number": "447700900999"}]


def test_a_call_is_not_forwarded_to_itself_however_the_number_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORWARD_TO", f"+{CALLED}")
    deployed = runpy.run_path(str(app.__file__))

    [greeting] = ncco(deployed["lambda_handler"](webhook_event("answer", answer_request())))

    assert greeting["action"] == "talk"


@pytest.mark.parametrize("forward_to", ["", CALLED])
def test_a_caller_is_greeted_when_there_is_nobody_else_to_call(
    monkeypatch: pytest.MonkeyPatch, forward_to: str
) -> None:
    monkeypatch.setattr(app, "FORWARD_TO", forward_to)

    response = app.lambda_handler(webhook_event("answer", answer_request()))

    assert [action["action"] for action in ncco(response)] == ["talk"]


def test_a_body_that_came_as_base64_is_read() -> None:
    event = webhook_event("answer", answer_request(), base64_encoded=True)

    assert app.lambda_handler(event)["statusCode"] == 200


def test_a_forged_call_is_refused_and_never_answered(logs: Logs) -> None:
    body = json.dumps(answer_request()).encode()
    event = webhook_event("answer", body=body, authorization=signed(body, secret="x" * 32))

    assert app.lambda_handler(event) == {"statusCode": 401}
    assert [(line["message"], line["reason"]) for line in logs.lines] == [("Refused", "signature")]


@pytest.mark.parametrize(("rotated_ago_s", "status"), [(0, 200), (590, 200), (601, 401)])
def test_a_secret_that_was_rotated_away_answers_calls_for_ten_minutes(
    aws: Aws, rotated_ago_s: float, status: int
) -> None:
    secret = aws.secrets["switchboard/vonage-signature"]
    secret.rotate(secret.current() | {"signature_secret": "n" * 32})
    secret.made_at = time.time() - rotated_ago_s

    assert app.lambda_handler(webhook_event("answer", answer_request()))["statusCode"] == status


def test_a_call_goes_to_the_fallback_when_nothing_can_be_verified(aws: Aws, logs: Logs) -> None:
    aws.secrets.clear()

    assert app.lambda_handler(webhook_event("answer", answer_request())) == {"statusCode": 500}
    assert "make credentials" in logs.lines[0]["reason"]


def test_one_line_and_one_metric_are_written(logs: Logs) -> None:
    app.lambda_handler(webhook_event("answer", answer_request()))

    (line,) = logs.lines
    assert line["message"] == "Answered"
    assert line["conversation_uuid"] == answer_request()["conversation_uuid"]
    assert line["Answered"] == 1
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "Answered", "Unit": "Count"}]


def test_a_caller_does_not_wait_for_a_secrets_manager_that_hangs(aws: Aws) -> None:
    aws.fault = lambda _operation, _asked: time.sleep(30)
    started = time.monotonic()

    assert app.lambda_handler(webhook_event("answer", answer_request())) == {"statusCode": 500}
    assert time.monotonic() - started < 5  # which is how long Vonage waits


def test_a_secret_that_was_read_serves_while_secrets_manager_is_down(aws: Aws) -> None:
    app.lambda_handler(webhook_event("answer", answer_request()))
    aws.secrets.clear()

    assert app.lambda_handler(webhook_event("answer", answer_request()))["statusCode"] == 200
