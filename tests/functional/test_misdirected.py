"""A token proves one webhook: sent to another, what it signed is recorded and no flow runs."""

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from switchboard import answer, event, inbound, rtc_event, status, talk, verify
from switchboard.webhooks.pipeline import Webhook
from switchboard.wire.classify import WebhookName, classify

from tests.conftest import Logs
from tests.factories import signed, webhook_event
from tests.fakes.backbone import COMMANDS, QUEUE
from tests.fakes.stores import Aws, Json, Refusal
from tests.payloads import JSON
from tests.samples import WEBHOOKS, payloads, sample, webhook_of

pytestmark = pytest.mark.usefixtures("backbone")

ROUTES = [webhook for webhook in WEBHOOKS if webhook != "fallback"]
# What the documentation has no mark in, or nothing but what is common to all: it is taken as it comes.
UNMARKED = {"answer_dashed_uuid", "event_unknown"}
MARKED = [name for name in payloads() if name not in UNMARKED]
HOUR_S = 3600

ran: list[object] = []


def remember(payload: object) -> None:
    ran.append(payload)


def speak(payload: object) -> Any:  # noqa: ANN401
    ran.append(payload)
    return [talk("Hello.")]


HANDLERS: dict[str, Webhook[Any, Any]] = {
    "answer": answer(speak),
    "event": event(remember),
    "inbound": inbound(remember),
    "status": status(remember),
    "rtc_event": rtc_event(remember),
    "verify": verify(remember),
}


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    ran.clear()


def queued(aws: Aws) -> list[Json]:
    return [json.loads(message["MessageBody"]) for message in aws.queues[QUEUE]]


def is_at_home(name: str, route: WebhookName) -> bool:
    """Whether a payload may run the flow. A copy for the fallback has the fields of what failed."""
    fallback = {"fallback_answer": "answer", "fallback_event": "event"}
    return route == fallback.get(name, webhook_of(name))


def name_of(payload: str, received: Json) -> str:
    return "voice.fallback" if payload.startswith("fallback_") else classify(webhook_of(payload), received)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", MARKED)
def test_every_official_payload_is_recorded_by_every_webhook_and_runs_its_own_flow_alone(
    backbone: Aws, name: str, route: WebhookName
) -> None:
    response = HANDLERS[route](webhook_event(route, sample(name)))

    assert 200 <= response["statusCode"] < 300
    assert ran == ([sample(name)] if is_at_home(name, route) else [])
    if route != "answer" or not is_at_home(name, route):
        (recorded,) = queued(backbone)
        assert recorded["payload"] == sample(name)
        assert recorded["name"] == name_of(name, sample(name))


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=60)
@given(
    name=st.sampled_from(payloads()),
    unknown=st.dictionaries(st.text(min_size=1).map("x_{}".format), JSON, max_size=3),
)
def test_whatever_vonage_adds_a_payload_runs_the_flow_of_its_own_webhook(
    backbone: Aws, name: str, unknown: dict[str, Any]
) -> None:
    route = {"fallback_answer": "answer", "fallback_event": "event"}.get(name, webhook_of(name))
    ran.clear()
    backbone.sent.clear()

    assert HANDLERS[route](webhook_event(route, {**unknown, **sample(name)}))["statusCode"] < 300
    assert len(ran) == 1


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("payload", [{}, {"something": "new"}, *map(sample, sorted(UNMARKED))])
def test_what_is_merely_unknown_runs_the_flow_of_whoever_received_it(route: str, payload: Json) -> None:
    assert HANDLERS[route](webhook_event(route, payload))["statusCode"] < 300
    assert ran == [payload]


@pytest.mark.parametrize(
    "name", ["inbound_sms_text", "status_read_rcs", "event_input_dtmf", "rtc_event_message"]
)
def test_one_request_sent_to_every_webhook_is_one_event(backbone: Aws, name: str) -> None:
    for route in ROUTES:
        HANDLERS[route](webhook_event(route, sample(name)))

    (recorded,) = queued(backbone)
    assert recorded["name"] == name_of(name, sample(name))
    assert ran == [sample(name)]
    assert backbone.queues[COMMANDS] == []


def test_it_is_told_that_something_was_misdirected(logs: Logs) -> None:
    HANDLERS["answer"](webhook_event("answer", sample("inbound_sms_text")))

    (line,) = logs.lines
    assert (line["message"], line["level"], line["event"]) == ("Misdirected", "WARNING", "messages.inbound")


@pytest.mark.parametrize(("route", "status"), [("answer", 500), ("event", 503), ("status", 503)])
def test_what_is_misdirected_and_cannot_be_queued_is_not_taken(
    backbone: Aws, route: str, status: int
) -> None:
    def down(operation: str, _asked: Json) -> None:
        if operation.startswith("AmazonSQS"):
            raise Refusal("ServiceUnavailable", status=503)

    backbone.fault = down

    assert HANDLERS[route](webhook_event(route, sample("inbound_sms_text"))) == {"statusCode": status}


@pytest.mark.parametrize("route", ["inbound", "status"])
@pytest.mark.parametrize("name", ["answer_phone", "event_answered", "event_transfer", "rtc_event_message"])
def test_what_is_plainly_a_call_is_stale_after_five_minutes_wherever_it_is_sent(
    backbone: Aws, logs: Logs, name: str, route: str
) -> None:
    body = json.dumps(sample(name)).encode()
    token = signed(body, iat=int(time.time()) - HOUR_S)

    assert HANDLERS[route](webhook_event(route, body=body, authorization=token)) == {"statusCode": 503}
    assert [line["reason"] for line in logs.lines] == ["stale"]
    assert queued(backbone) == []


@pytest.mark.parametrize(("route", "name"), [("inbound", "status_read_rcs"), ("status", "inbound_sms_text")])
def test_what_is_plainly_a_message_may_be_a_day_old_on_either_webhook_for_messages(
    backbone: Aws, route: str, name: str
) -> None:
    body = json.dumps(sample(name)).encode()
    token = signed(body, iat=int(time.time()) - 24 * HOUR_S)

    assert HANDLERS[route](webhook_event(route, body=body, authorization=token)) == {"statusCode": 200}
    assert len(queued(backbone)) == 1


@pytest.mark.parametrize("route", ROUTES)
def test_a_deployments_own_request_does_nothing_wherever_it_is_sent(backbone: Aws, route: str) -> None:
    body = json.dumps(sample("inbound_sms_text")).encode()
    token = signed(body, switchboard_check=True)

    assert HANDLERS[route](webhook_event(route, body=body, authorization=token))["statusCode"] < 300
    assert (ran, queued(backbone)) == ([], [])
