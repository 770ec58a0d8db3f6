"""Inbound messages: delivered, repeated for a day, or lost."""

import httpx
import pytest

from local.vonage.endpoint import Answer
from local.vonage.server import Vonage
from tests.vonage.customer import CALLER, NUMBER, Customer

SMS = {"channel": "sms", "from": CALLER, "to": NUMBER, "text": "stop it"}


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
    assert [attempt["at"][17:19] for attempt in attempts] != []
    assert len(attempts) == 4
    assert {attempt.get("retry_of") for attempt in attempts[1:]} == {attempts[0]["id"]}


def test_message_is_dropped_after_a_day(customer: Customer, api: httpx.Client, vonage: Vonage) -> None:
    customer.on("inbound", Answer(500)).create()

    before = vonage.clock.seconds()
    sent = api.post("/_simulator/messages", json=SMS, timeout=60).json()

    assert sent["delivered"] is False
    assert 23 * 3600 < vonage.clock.seconds() - before < 25 * 3600
    assert 95 < len(customer.bodies("inbound")) < 110


@pytest.mark.parametrize("status", [400, 401, 404])
def test_refused_message_is_lost(customer: Customer, api: httpx.Client, status: int) -> None:
    customer.on("inbound", Answer(status)).create()
    assert api.post("/_simulator/messages", json=SMS).json()["delivered"] is False
    assert len(customer.bodies("inbound")) == 1


def test_message_to_nobody_says_why(api: httpx.Client) -> None:
    refused = api.post("/_simulator/messages", json=SMS)
    assert refused.json() == {"error": f"to: {NUMBER} is linked to no application"}
