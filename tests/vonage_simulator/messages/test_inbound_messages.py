"""Inbound messages: delivered, repeated for a day, or lost."""

from datetime import datetime
from itertools import pairwise
from typing import Any

import httpx
import jwt
import pytest

from tests.vonage_simulator.customer import CALLER, NUMBER, Customer
from vonage_simulator.journal.story import plain, webhook_story
from vonage_simulator.testing.endpoint import Answer
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]
SMS = {"channel": "sms", "from": CALLER, "to": NUMBER, "text": "stop it"}


def pauses(attempts: list[Json]) -> list[int]:
    """Whole simulated seconds between attempts."""
    moments = [datetime.fromisoformat(attempt["at"]) for attempt in attempts]
    return [round((later - earlier).total_seconds()) for earlier, later in pairwise(moments)]


def test_sms_arrives_with_text_and_numbers_as_strings(customer: Customer, api: httpx.Client) -> None:
    customer.create()

    sent = api.post("/_simulator/messages", json=SMS)

    assert sent.status_code == 201
    body = customer.bodies("inbound")[0]
    assert (body["channel"], body["message_type"], body["text"]) == ("sms", "text", "stop it")
    assert body["sms"] == {"num_messages": "1", "keyword": "STOP"}
    assert body["message_uuid"] == sent.json()["message_uuid"]
    assert customer.received[-1].headers["authorization"].startswith("Bearer ")


def test_message_that_is_not_taken_comes_again_after_doubling_pauses(
    customer: Customer, api: httpx.Client, vonage: Vonage
) -> None:
    customer.on("inbound", Answer(503), Answer(500), Answer(429), Answer(200)).create()

    sent = api.post("/_simulator/messages", json=SMS).json()

    assert sent["delivered"] is True
    attempts = vonage.journal.entries(webhook="inbound")
    assert pauses(attempts) == [5, 10, 20]
    assert {attempt.get("retry_of") for attempt in attempts[1:]} == {attempts[0]["id"]}


def test_message_is_dropped_after_a_day(customer: Customer, api: httpx.Client, vonage: Vonage) -> None:
    customer.on("inbound", Answer(500)).create()

    before = vonage.clock.seconds()
    sent = api.post("/_simulator/messages", json=SMS, timeout=60).json()

    assert sent["delivered"] is False
    assert 23 * 3600 < vonage.clock.seconds() - before < 24 * 3600
    waited = pauses(vonage.journal.entries(webhook="inbound"))
    assert waited[:9] == [5, 10, 20, 40, 80, 160, 320, 640, 900]
    assert set(waited[9:]) == {900}


@pytest.mark.parametrize("status", [400, 401, 404])
def test_refused_message_is_lost(customer: Customer, api: httpx.Client, status: int) -> None:
    customer.on("inbound", Answer(status)).create()
    assert api.post("/_simulator/messages", json=SMS).json()["delivered"] is False
    assert len(customer.bodies("inbound")) == 1


def test_message_to_nobody_says_why(api: httpx.Client) -> None:
    refused = api.post("/_simulator/messages", json=SMS)
    assert refused.json() == {"error": f"to: {NUMBER} is linked to no application"}


def test_unsigned_message_that_is_answered_5xx_comes_again_signed(
    customer: Customer, api: httpx.Client, vonage: Vonage
) -> None:
    vonage.webhook_faults.next("inbound", signature="unsigned")
    customer.on("inbound", Answer(503), Answer(200)).create()

    assert api.post("/_simulator/messages", json=SMS).json()["delivered"] is True

    first, second = customer.received
    assert "authorization" not in first.headers
    assert second.headers["authorization"].startswith("Bearer ")


@pytest.mark.parametrize(
    "message",
    [
        {"channel": "mms", "image": {"url": "https://example.com/a.png", "caption": "a"}},
        {
            "channel": "mms",
            "message_type": "text",
            "content": [{"type": "image", "url": "https://example.com"}],
        },
        {"channel": "mms", "vcard": {"url": "https://example.com/a.vcf"}},
        {"channel": "rcs", "button": {"payload": "yes", "text": "Yes"}},
        {"channel": "rcs", "reply": {"id": "1", "title": "Yes"}},
        {"channel": "whatsapp", "location": {"lat": 51.5, "long": -0.1, "name": "Office"}},
        {"channel": "whatsapp", "reaction": {"action": "react", "emoji": "👍"}},
        {"channel": "whatsapp", "contacts": [{"name": {"formatted_name": "Jo"}}]},
        {"channel": "whatsapp", "sticker": {"url": "https://example.com/a.webp"}},
        {"channel": "whatsapp", "from": "US.13491208655302741918", "text": "hi"},
        {"channel": "whatsapp", "message_type": "unsupported"},
        {"channel": "messenger", "audio": {"url": "https://example.com/a.mp3"}},
        {"channel": "viber_service", "file": {"url": "https://example.com/a.pdf", "name": "a.pdf"}},
    ],
    ids=lambda message: "-".join([message["channel"], *(key for key in message if key != "channel")]),
)
def test_every_channel_brings_its_types_of_message(
    customer: Customer, api: httpx.Client, message: Json
) -> None:
    customer.create()
    kind = message.get("message_type", next(key for key in message if key not in {"channel", "from"}))
    sent = {"from": CALLER, "to": NUMBER, "message_type": kind, **message}
    if "content" in sent:
        sent["text"] = "Look."

    assert api.post("/_simulator/messages", json=sent).json()["delivered"] is True

    (body,) = customer.bodies("inbound")
    assert {**body, **sent} == body
    assert body["timestamp"].endswith("Z")
    if message["channel"] in {"whatsapp", "rcs"}:
        assert body["context_status"] == "none"
        assert body["_self"]["href"].endswith(f"/v1/messages/{body['message_uuid']}")


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        (
            {"channel": "viber_service", "sticker": {}, "message_type": "sticker"},
            "message_type: viber_service has",
        ),
        ({"channel": "mms", "message_type": "image"}, "image: is required when message_type is image"),
        (
            {"channel": "whatsapp", "message_type": "location", "location": {"lat": 1}},
            "location.long: is required",
        ),
        ({"channel": "whatsapp", "text": "hi", "context": {"message_from": "1"}}, "context.message_uuid: is"),
    ],
)
def test_message_no_channel_brings_is_refused(
    customer: Customer, api: httpx.Client, message: Json, complaint: str
) -> None:
    customer.create()
    refused = api.post("/_simulator/messages", json={"from": CALLER, "to": NUMBER, **message})
    assert refused.status_code == 400
    assert complaint in refused.json()["error"]
    assert customer.bodies("inbound") == []


def test_message_to_a_number_without_application_reaches_the_webhook_of_the_account(
    customer: Customer, api: httpx.Client, vonage: Vonage
) -> None:
    hooks = {"inbound_url": f"{customer.url}/account"}
    assert api.post("/_simulator/account/webhooks", json=hooks).json() == hooks
    api.post("/_simulator/messages", json=SMS).raise_for_status()
    customer.create()
    api.post("/_simulator/messages", json=SMS).raise_for_status()

    assert (len(customer.bodies("account")), len(customer.bodies("inbound"))) == (1, 1)
    token = customer.received[0].headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, vonage.account.signature_secret, algorithms=["HS256"])
    assert "application_id" not in claims
    assert api.post("/_simulator/account/webhooks", json={"inbound_url": None}).json() == {}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"email": {"subject": "Tonight"}, "text": "A table?"}, "messages.inbound Tonight: A table?"),
        ({"email": {}, "text": "A table?"}, "messages.inbound A table?"),
        ({"email": {"subject": "Tonight"}, "html": {"body": "<p>A table?</p>"}}, "messages.inbound"),
        ({"text": 7}, "messages.inbound"),
        (["text"], "messages.inbound"),
        (None, "messages.inbound"),
    ],
)
def test_story_of_a_mail_begins_with_its_subject(body: object, told: str) -> None:
    request = {"method": "POST", "url": "https://shop.example/webhooks/inbound", "body": body}
    entry = {"kind": "webhook", "webhook": "inbound", "request": request, "response": {"status": 200}}
    (line,) = plain(webhook_story("", entry | {"duration_ms": 5.0, "signature": "signed"})).splitlines()

    assert line == f"POST /webhooks/inbound {told} → 200 5 ms, signed"
