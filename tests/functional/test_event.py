"""The event function: plain events are safe in the queue first, a waiting caller is answered first."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from switchboard import Ncco, VoiceEvent, event, talk, webhook_url
from switchboard.webhooks.outcome import Response
from switchboard.webhooks.pipeline import Webhook

from tests.conftest import Logs
from tests.factories import signed, webhook_event
from tests.fakes.backbone import COMMANDS, QUEUE
from tests.fakes.stores import Aws, Json, Refusal
from tests.flows.event import app
from tests.samples import payloads, sample, webhook_of

pytestmark = pytest.mark.usefixtures("backbone")

Handler = Webhook[Any, Any]
WAITING = ["event_input_dtmf", "event_input_speech", "event_notify", "event_disconnected"]
VONAGE_WAITS_S = 5
PERHAPS_WAITING = ["event_busy", "event_human", "event_machine", "event_timeout", "event_rejected_declined"]
EVENTS = [name for name in payloads() if webhook_of(name) == "event"]
ANSWERED_FIRST = re.compile(
    "event_(input|notify|disconnected|busy|human|machine|timeout|rejected|unanswered|failed|cancelled)"
)
PLAIN = [name for name in EVENTS if not ANSWERED_FIRST.match(name)]


def deliver(handler: Handler, name: str) -> Response:
    return handler(webhook_event("event", sample(name)))


def queued(aws: Aws) -> list[Json]:
    return [json.loads(message["MessageBody"]) for message in aws.queues[QUEUE]]


def down(operation: str, _asked: Json) -> None:
    if operation.startswith("AmazonSQS"):
        raise Refusal("ServiceUnavailable", status=503)


def hanging(operation: str, _asked: Json) -> None:
    if operation.startswith("AmazonSQS"):
        time.sleep(30)


@event
def goodbye(_happened: VoiceEvent) -> Ncco:
    return [talk("Goodbye.")]


@event
def failing(_happened: VoiceEvent) -> None:
    raise RuntimeError("the user's own fault")


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_is_queued_as_it_came_and_acknowledged(backbone: Aws, name: str) -> None:
    response = deliver(app.lambda_handler, name)

    assert response == {"statusCode": 204}
    (envelope,) = queued(backbone)
    assert envelope["payload"] == sample(name)
    assert envelope["name"].startswith("voice.")


def test_an_event_is_queued_with_its_call(backbone: Aws) -> None:
    deliver(app.lambda_handler, "event_answered")

    (message,) = backbone.queues[QUEUE]
    assert message["MessageGroupId"] == sample("event_answered")["conversation_uuid"]
    assert message["MessageDeduplicationId"] == json.loads(message["MessageBody"])["id"]


def test_an_event_that_is_delivered_twice_is_queued_once(backbone: Aws) -> None:
    deliver(app.lambda_handler, "event_answered")
    deliver(app.lambda_handler, "event_answered")

    assert len(queued(backbone)) == 1


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_event_that_cannot_be_queued_is_asked_for_again(backbone: Aws, logs: Logs, name: str) -> None:
    backbone.fault = down

    assert deliver(goodbye, name) == {"statusCode": 503}
    assert [line["message"] for line in logs.lines] == ["NotQueued"]


def test_a_failure_is_logged_with_the_call_that_it_struck(backbone: Aws, logs: Logs) -> None:
    answered = sample("event_answered")

    deliver(failing, "event_answered")
    backbone.fault = down
    deliver(app.lambda_handler, "event_answered")

    failed, not_queued = logs.lines
    for line in (failed, not_queued):
        assert (line["event"], line["uuid"]) == ("voice.answered", answered["uuid"])
    assert (failed["message"], failed["error"]) == ("FlowFailed", "RuntimeError")
    assert (not_queued["message"], not_queued["reason"]) == (
        "NotQueued",
        "SendMessage failed: ServiceUnavailable",
    )
    assert "error" not in not_queued


@pytest.mark.parametrize("name", PLAIN)
def test_a_flow_that_fails_after_its_event_is_queued_is_not_run_again(backbone: Aws, name: str) -> None:
    assert deliver(failing, name) == {"statusCode": 204}
    assert len(queued(backbone)) == 1


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        *((name, down) for name in WAITING + PERHAPS_WAITING),
        ("event_notify", hanging),
        ("event_busy", hanging),
    ],
)
def test_a_waiting_caller_gets_the_ncco_while_the_queue_is_out_of_order(
    backbone: Aws, logs: Logs, name: str, fault: Callable[[str, Json], None]
) -> None:
    deliver(goodbye, "event_started")
    backbone.fault = fault
    started = time.monotonic()

    response = deliver(goodbye, name)

    assert time.monotonic() - started < VONAGE_WAITS_S
    assert json.loads(response["body"]) == [{"action": "talk", "text": "Goodbye."}]
    assert [line["message"] for line in logs.lines] == ["Answered", "NotQueued", "Answered"]


def test_a_waiting_caller_gets_the_ncco_while_all_of_aws_is_down(backbone: Aws) -> None:
    deliver(goodbye, "event_started")
    backbone.fault = lambda _operation, _asked: time.sleep(30)
    started = time.monotonic()

    assert deliver(goodbye, "event_input_dtmf")["statusCode"] == 200
    assert time.monotonic() - started < VONAGE_WAITS_S


@pytest.mark.parametrize("name", PERHAPS_WAITING)
def test_without_an_ncco_an_event_that_cannot_be_queued_is_asked_for_again(backbone: Aws, name: str) -> None:
    backbone.fault = down

    assert deliver(app.lambda_handler, name) == {"statusCode": 503}


@pytest.mark.parametrize("name", WAITING)
def test_a_caller_goes_on_with_the_call_when_nothing_can_be_queued(backbone: Aws, name: str) -> None:
    backbone.fault = down

    assert deliver(app.lambda_handler, name) == {"statusCode": 204}


@pytest.mark.parametrize("name", WAITING + PERHAPS_WAITING)
def test_a_failing_flow_sends_a_waiting_caller_to_the_fallback_and_loses_no_event(
    backbone: Aws, logs: Logs, name: str
) -> None:
    assert deliver(failing, name) == {"statusCode": 500}
    assert len(queued(backbone)) == 1
    (line,) = logs.lines
    assert (line["message"], line["error"]) == ("FlowFailed", "RuntimeError")
    assert line["at"][-1].endswith("failing")
    assert "the user's own fault" not in logs.text


def test_a_forged_event_is_refused_with_a_status_that_brings_a_genuine_one_back(backbone: Aws) -> None:
    body = json.dumps(sample("event_answered")).encode()

    assert app.lambda_handler(webhook_event("event", body=body, authorization=signed(body, "x" * 32))) == {
        "statusCode": 503
    }
    assert queued(backbone) == []


def test_a_flow_may_return_a_message_for_a_missed_call(backbone: Aws) -> None:
    sms = {
        "channel": "sms",
        "message_type": "text",
        "from": "447700900000",
        "to": "447700900123",
        "text": "Sorry!",
    }

    @event
    def text_back(_happened: VoiceEvent) -> Any:  # noqa: ANN401
        return sms

    assert deliver(text_back, "event_unanswered_timeout") == {"statusCode": 204}
    (message,) = backbone.queues[COMMANDS]
    command = json.loads(message["MessageBody"])
    assert (command["name"], command["detail"]) == ("messages.send", sms)
    assert message["MessageGroupId"] == sample("event_unanswered_timeout")["conversation_uuid"]


def test_an_event_url_is_made_from_the_requests_own_domain() -> None:
    @event
    def ask(_happened: VoiceEvent) -> Ncco:
        return [{"action": "input", "type": ["dtmf"], "eventUrl": [webhook_url("event")]}]

    (action,) = json.loads(deliver(ask, "event_input_dtmf")["body"])
    assert action["eventUrl"] == ["https://abc123.execute-api.eu-west-1.amazonaws.com/webhooks/event"]


@pytest.mark.parametrize("body", [b"", b"[1]", b"from=447700900123", b"\xff\xfe", b'{"a": NaN}', b'"x"'])
def test_what_vonage_signed_is_kept_whatever_it_is(backbone: Aws, body: bytes) -> None:
    assert app.lambda_handler(webhook_event("event", body=body, base64_encoded=True)) == {"statusCode": 204}
    assert [envelope["name"] for envelope in queued(backbone)] == ["voice.unknown"]
