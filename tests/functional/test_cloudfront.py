"""With CloudFront in front, what goes round it is turned away; what comes through knows the domain alone."""

from typing import Any

import pytest
from switchboard import (
    AnswerRequest,
    Call,
    Ncco,
    answer,
    call_dialog,
    event,
    inbound,
    input_,
    rtc_event,
    status,
    verify,
    webhook_url,
)
from switchboard.webhooks.cloudfront import HEADER
from switchboard.webhooks.pipeline import Webhook

from tests.conftest import Logs
from tests.factories import webhook_event
from tests.fakes.backbone import QUEUE
from tests.fakes.stores import Aws
from tests.samples import sample

FIRST, SECOND = "F" * 48, "S" * 48

ran: list[object] = []


def remember(payload: object) -> None:
    ran.append(payload)


def ask(call: AnswerRequest) -> Ncco:
    ran.append(call)
    return [input_("dtmf", eventUrl=[webhook_url("event")])]


HANDLERS: dict[str, tuple[Webhook[Any, Any], str]] = {
    "answer": (answer(ask), "answer_phone"),
    "event": (event(remember), "event_input_dtmf"),
    "inbound": (inbound(remember), "inbound_sms_text"),
    "status": (status(remember), "status_read_rcs"),
    "rtcevent": (rtc_event(remember), "rtc_event_message"),
    "verify": (verify(remember), "verify_event_completed"),
}


@pytest.fixture(autouse=True)
def _in_front(backbone: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    del backbone
    ran.clear()
    monkeypatch.setenv("SWITCHBOARD_ORIGIN_SECRETS", f"{FIRST} {SECOND}")
    monkeypatch.setenv("SWITCHBOARD_DOMAIN", "voice.example.com")
    monkeypatch.setenv("SWITCHBOARD_DOMAIN_ONLY", "true")


def asked(webhook: str, secret: str | None) -> Any:  # noqa: ANN401 - a response
    handler, name = HANDLERS[webhook]
    request = webhook_event(webhook, sample(name))
    if secret is not None:
        request["headers"][HEADER] = secret
    return handler(request)


@pytest.mark.parametrize("webhook", HANDLERS)
@pytest.mark.parametrize("secret", [None, "", " ", FIRST[:-1], f"{FIRST},{FIRST}", f"{FIRST} {SECOND}", "é"])
def test_what_goes_round_it_is_turned_away_before_anything_is_done(
    backbone: Aws, logs: Logs, webhook: str, secret: str | None
) -> None:
    assert asked(webhook, secret) == {"statusCode": 403}

    assert (ran, backbone.queues[QUEUE], backbone.calls) == ([], [], [])
    assert [(line["message"], line["level"]) for line in logs.lines] == [("Bypassed", "INFO")]


def test_a_note_is_told_to_nobody_who_goes_round_it(backbone: Aws) -> None:
    """Vonage fetches it unsigned, so that it comes another way than what is signed."""

    @call_dialog
    async def lambda_handler(call: Call) -> None:
        call.say("Hello.")

    request = webhook_event("answer", {}, authorization="", rawQueryString="note=anything")
    request["requestContext"]["http"]["method"] = "GET"

    assert lambda_handler(request) == {"statusCode": 403}
    assert backbone.calls == []

    request["headers"][HEADER] = FIRST
    assert lambda_handler(request) == {"statusCode": 401}


@pytest.mark.parametrize("webhook", HANDLERS)
@pytest.mark.parametrize("secret", [FIRST, SECOND])
def test_what_comes_through_is_served_with_either_secret(webhook: str, secret: str) -> None:
    assert asked(webhook, secret)["statusCode"] < 300
    assert len(ran) == 1


def test_what_comes_through_still_has_to_be_signed() -> None:
    handler, name = HANDLERS["inbound"]
    request = webhook_event("inbound", sample(name), authorization="")
    request["headers"][HEADER] = FIRST

    assert handler(request) == {"statusCode": 503}


def test_addresses_that_a_flow_makes_are_the_domain_s() -> None:
    assert '"https://voice.example.com/webhooks/event"' in asked("answer", FIRST)["body"]


def test_until_the_domain_is_the_only_way_calls_go_on_by_the_way_they_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Vonage hears of the domain when all else is in place."""
    monkeypatch.setenv("SWITCHBOARD_DOMAIN_ONLY", "false")

    assert '"https://abc123.execute-api.' in asked("answer", None)["body"]
    assert '"https://voice.example.com/' in asked("answer", SECOND)["body"]


def test_without_cloudfront_the_header_is_nobody_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_ORIGIN_SECRETS", "")

    assert '"https://abc123.execute-api.' in asked("answer", FIRST)["body"]
