"""Outbound messages: accepted, handed on, reported status by status, with failover to the next one.

Source: Vonage Messages API reference (1.20.0), "Message Status", failover.
"""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from vonage_simulator.account.account import UNKNOWN_NUMBER
from vonage_simulator.messages import webhooks
from vonage_simulator.types import Json

if TYPE_CHECKING:
    from vonage_simulator.calls.exchange import Exchange

Fate = Literal["delivered", "undeliverable", "rejected"]

# Of what a message carries, the members that tell a person what it is.
TOLD = ("url", "name", "title", "caption", "lat", "long", "emoji")
READABLE = {"rcs", "whatsapp", "messenger", "viber_service", "email"}
ERRORS: dict[Fate, tuple[str, str]] = {
    "undeliverable": ("1330", "The recipient cannot be reached for an unknown reason"),
    "rejected": ("1430", "The recipient is invalid"),
}


@dataclass(frozen=True)
class Recipient:
    """What becomes of messages to somebody.

    Attributes:
        fate: the status that follows `submitted`.
        after_s: simulated seconds until then.
        reads: a `read` follows on channels that report it.
    """

    fate: Fate = "delivered"
    after_s: float = 1.0
    reads: bool = False


@dataclass
class Message:
    """A message the simulator knows, in either direction."""

    uuid: str
    direction: Literal["inbound", "outbound"]
    body: Json
    application_id: str | None
    status: str = "accepted"
    workflow_id: str | None = None
    failover: list[Json] = field(default_factory=list)

    @property
    def channel(self) -> str:
        """Such as `sms` or `whatsapp`."""
        return str(self.body["channel"])

    @property
    def words(self) -> str:
        """Its text, or what it carries instead, such as `image https://shop.example/menu.jpg`."""
        if self.body.get("text"):
            return str(self.body["text"])
        kind = str(self.body.get("message_type", ""))
        content = self.body.get(kind)
        details = [content[name] for name in TOLD if name in content] if isinstance(content, dict) else []
        return " ".join(map(str, [kind, *details]))

    def as_json(self) -> Json:
        """The message as the control API lists it."""
        return {
            "message_uuid": self.uuid,
            "direction": self.direction,
            "status": self.status,
            "application_id": self.application_id,
            "words": self.words,
            "body": self.body,
        }


def standard_recipients() -> dict[str, Recipient]:
    """Everybody gets their messages, except nobody's number."""
    return {UNKNOWN_NUMBER: Recipient("undeliverable")}


def accept(exchange: "Exchange", body: Json, application: Json | None) -> Message:
    """Take a message on; what happens to it comes later."""
    failover = body.get("failover", [])
    message = Message(
        exchange.account.identifiers.uuid(),
        "outbound",
        {name: value for name, value in body.items() if name != "failover"},
        application["id"] if application else None,
        workflow_id=f"3TcNjguHxr2vcCZ9Ddsnq6tw{exchange.account.identifiers.hex()[:8]}" if failover else None,
        failover=failover,
    )
    exchange.keep_message(message, "sent")
    return message


async def send(exchange: "Exchange", message: Message) -> None:
    """Hand a message on; with failover, try the next one when it cannot be delivered."""
    chain = [message.body, *message.failover]
    for number, body in enumerate(chain, start=1):
        attempt = message if number == 1 else _next(exchange, message, body)
        if await _deliver(exchange, attempt, number, len(chain)):
            return


def mark(exchange: "Exchange", message: Message, status: str) -> None:
    """A message was marked as read, or revoked."""
    message.status = status
    exchange.keep_message(message, status)


def _next(exchange: "Exchange", first: Message, body: Json) -> Message:
    uuid = exchange.account.identifiers.uuid()
    message = Message(uuid, "outbound", body, first.application_id, workflow_id=first.workflow_id)
    exchange.keep_message(message, "sent")
    return message


async def _deliver(exchange: "Exchange", message: Message, number: int, total: int) -> bool:
    recipient = exchange.recipients.get(message.body["to"], Recipient())
    workflow = {"workflow_id": message.workflow_id, "items_number": str(number), "items_total": str(total)}
    extra = {"workflow": workflow} if message.workflow_id else {}
    await asyncio.sleep(0.1)
    _report(exchange, message, "submitted", extra)
    await asyncio.sleep(recipient.after_s)
    if recipient.fate != "delivered":
        _report(exchange, message, recipient.fate, {**extra, "error": _error(exchange, recipient.fate)})
        return False
    _report(exchange, message, "delivered", {**extra, **_costs(message)})
    if recipient.reads and message.channel in READABLE:
        await asyncio.sleep(recipient.after_s)
        _report(exchange, message, "read", extra)
    return True


def _report(exchange: "Exchange", message: Message, status: str, extra: Json) -> None:
    message.status = status
    exchange.keep_message(message, status)
    hook = _status_hook(exchange, message)
    if hook is None:
        return
    payload = {
        "message_uuid": message.uuid,
        "to": message.body["to"],
        "from": message.body["from"],
        "timestamp": exchange.clock.timestamp(),
        "status": status,
        "channel": message.channel,
        **({"client_ref": message.body["client_ref"]} if "client_ref" in message.body else {}),
        **extra,
    }
    webhook = webhooks.webhook("status", hook, payload, message.application_id)
    exchange.engine.spawn(webhooks.deliver(exchange.delivery, webhook))


def _status_hook(exchange: "Exchange", message: Message) -> Json | None:
    """The message's own webhook, else the application's; the account's when Basic credentials sent it."""
    version = message.body.get("webhook_version")
    application = exchange.account.applications.get(message.application_id or "")
    is_gone = application is None and message.application_id is not None
    hook = None if is_gone else webhooks.hook_of(exchange.account, application, "status_url")
    if "webhook_url" in message.body:
        hook = {**(hook or {"version": "v1"}), "address": message.body["webhook_url"]}
    return {**hook, "version": version} if hook and version else hook


def _costs(message: Message) -> Json:
    """What only some channels report: price, network, number of parts."""
    costs: Json = {}
    if message.channel not in {"rcs", "email"}:
        costs["usage"] = {"currency": "EUR", "price": "0.0333"}
    if message.channel in {"sms", "mms", "rcs"}:
        costs["destination"] = {"network_code": "23410"}
    if message.channel == "sms":
        costs["sms"] = {"count_total": str(-(-len(message.body["text"]) // 160))}
    return costs


def _error(exchange: "Exchange", fate: Fate) -> Json:
    code, detail = ERRORS[fate]
    return {
        "type": f"https://developer.vonage.com/api-errors/messages#{code}",
        "title": code,
        "detail": detail,
        "instance": exchange.account.identifiers.hex(),
    }
