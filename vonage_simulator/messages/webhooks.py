"""Delivery of inbound messages and statuses, until the customer's endpoint takes them or a day has passed.

Source: Vonage help-centre article on retried inbound messages: 429 and 5xx are sent again, first after
about 5 seconds, each time after twice as long up to 15 minutes, for 24 hours. Other 4xx are not sent again.
Timeouts are treated like 5xx here.
"""

import asyncio

from vonage_simulator.account.account import Account
from vonage_simulator.messages.v0_1 import as_v01
from vonage_simulator.switches import Retried
from vonage_simulator.types import Json
from vonage_simulator.webhooks.delivery import Delivery
from vonage_simulator.webhooks.reply import Reply
from vonage_simulator.webhooks.request import Webhook

FIRST_PAUSE_S = 5
LONGEST_PAUSE_S = 15 * 60
GIVEN_UP_AFTER_S = 24 * 3600
CONNECT_TIMEOUT_MS = 3000
SOCKET_TIMEOUT_MS = 15000


def hook_of(account: Account, application: Json | None, kind: str) -> Json | None:
    """The `inbound_url` or `status_url`, if it is set, with the version of its payloads.

    Where no application is responsible, the account's own webhooks are.
    """
    if application is None:
        address = account.message_webhooks.get(kind)
        return {"address": address, "version": "v1"} if address else None
    messages = application["capabilities"].get("messages", {})
    hook: Json = messages.get("webhooks", {}).get(kind, {})
    return {**hook, "version": messages.get("version", "v1")} if hook.get("address") else None


def webhook(kind: str, hook: Json, payload: Json, application_id: str | None) -> Webhook:
    """A message webhook; always POST, always signed."""
    return Webhook(
        kind=kind,
        url=hook["address"],
        method="POST",
        payload=as_v01(payload) if hook.get("version") == "v0.1" else payload,
        application_id=application_id,
        connect_timeout_ms=CONNECT_TIMEOUT_MS,
        socket_timeout_ms=SOCKET_TIMEOUT_MS,
        message=payload["message_uuid"],
    )


async def deliver(delivery: Delivery, message: Webhook, retried: Retried | None = None) -> Reply:
    """Send, and send again, until it is taken or lost; the last reply tells.

    Args:
        retried: after which failures; None as the switch `message_retry` says.
    """
    began = delivery.clock.seconds()
    pause = FIRST_PAUSE_S
    reply = await delivery.attempt(message)
    retried = retried or delivery.account.switches.message_retry
    repeated = _may_be_repeated if retried == "transient" else _failed
    while repeated(reply) and delivery.clock.seconds() + pause - began < GIVEN_UP_AFTER_S:
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)
        message = delivery.again(message, reply)
        reply = await delivery.attempt(message)
    return reply


def _failed(reply: Reply) -> bool:
    return reply.failure is not None


def _may_be_repeated(reply: Reply) -> bool:
    return reply.failure is not None and (reply.status is None or reply.status == 429 or reply.status >= 500)
