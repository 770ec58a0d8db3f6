"""Outbound messages: accepted, handed on, reported status by status, with failover to the next one.

Source: Vonage Messages API reference (1.20.0), "Message Status", failover.
"""

import asyncio

from vonage_simulator.account.account import Account, domain_of
from vonage_simulator.messages import webhooks
from vonage_simulator.messages.mailbox import Mailbox
from vonage_simulator.messages.message import Fate, Message, Recipient
from vonage_simulator.types import Json

WABA_ID = "100000000000001"  # of a WhatsApp Business account
READABLE = {"rcs", "whatsapp", "messenger", "viber_service", "email"}
ERRORS: dict[Fate, tuple[str, str]] = {
    "undeliverable": ("1330", "The recipient cannot be reached for an unknown reason"),
    "rejected": ("1430", "The recipient is invalid"),
}
# A message to somebody who has opted out is accepted like any other (Opt-Out Assist, "Messaging Opted-out
# Numbers"); the code is the reference's.
OPTED_OUT = ("1240", "The recipient has opted out of messages from this sender")


def accept(mailbox: Mailbox, body: Json, application: Json | None) -> Message:
    """Take a message on; what happens to it comes later."""
    failover, identifiers = body.get("failover", []), mailbox.platform.account.identifiers
    message = Message(
        identifiers.uuid(),
        "outbound",
        {name: value for name, value in body.items() if name != "failover"},
        application["id"] if application else None,
        workflow_id=f"3TcNjguHxr2vcCZ9Ddsnq6tw{identifiers.hex()[:8]}" if failover else None,
        failover=failover,
    )
    mailbox.keep(message, "sent")
    domain = domain_of(str(body["from"]))
    if message.channel == "email" and domain not in mailbox.platform.account.email_domains:
        mailbox.warn(message, f"{domain} isn't a domain verified by the account, so Vonage may refuse it")
    return message


async def send(mailbox: Mailbox, message: Message) -> None:
    """Hand a message on; with failover, try the next one when it cannot be delivered."""
    chain = [message.body, *message.failover]
    for number, body in enumerate(chain, start=1):
        attempt = message if number == 1 else _next(mailbox, message, body)
        if await _deliver(mailbox, attempt, number, len(chain)):
            return


def mark(mailbox: Mailbox, message: Message, status: str) -> None:
    """A message was marked as read, or revoked."""
    message.status = status
    mailbox.keep(message, status)


def _next(mailbox: Mailbox, first: Message, body: Json) -> Message:
    uuid = mailbox.platform.account.identifiers.uuid()
    message = Message(uuid, "outbound", body, first.application_id, workflow_id=first.workflow_id)
    mailbox.keep(message, "sent")
    return message


async def _deliver(mailbox: Mailbox, message: Message, number: int, total: int) -> bool:
    recipient = mailbox.recipients.get(message.body["to"], Recipient())
    workflow = {"workflow_id": message.workflow_id, "items_number": str(number), "items_total": str(total)}
    extra = {"workflow": workflow} if message.workflow_id else {}
    await asyncio.sleep(0.1)
    _report(mailbox, message, "submitted", extra)
    await asyncio.sleep(recipient.after_s)
    if mailbox.is_blocked(message.body):
        status = mailbox.platform.account.switches.blocked_status
        _report(mailbox, message, status, {**extra, "error": _error(mailbox, *OPTED_OUT)})
        return False
    if recipient.fate != "delivered":
        _report(
            mailbox, message, recipient.fate, {**extra, "error": _error(mailbox, *ERRORS[recipient.fate])}
        )
        if message.channel == "email":  # what bounced is on the suppression list from now on
            mailbox.recipients[message.body["to"]] = Recipient(
                mailbox.platform.account.switches.suppressed_mail
            )
        return False
    _report(mailbox, message, "delivered", {**extra, **_costs(message)})
    if recipient.reads and message.channel in READABLE:
        await asyncio.sleep(recipient.after_s)
        _report(mailbox, message, "read", extra)
    return True


def _report(mailbox: Mailbox, message: Message, status: str, extra: Json) -> None:
    platform = mailbox.platform
    message.status = status
    mailbox.keep(message, status)
    hook = _status_hook(platform.account, message)
    if hook is None:
        return
    payload = {
        "message_uuid": message.uuid,
        "to": message.body["to"],
        "from": message.body["from"],
        "timestamp": platform.clock.timestamp(),
        "status": status,
        "channel": message.channel,
        **({"client_ref": message.body["client_ref"]} if "client_ref" in message.body else {}),
        **extra,
    }
    webhook = webhooks.webhook("status", hook, payload, message.application_id)
    platform.engine.spawn(webhooks.deliver(platform.delivery, webhook))


def _status_hook(account: Account, message: Message) -> Json | None:
    """The message's own webhook, else the application's; the account's when Basic credentials sent it."""
    version = message.body.get("webhook_version")
    application = account.applications.get(message.application_id or "")
    is_gone = application is None and message.application_id is not None
    hook = None if is_gone else webhooks.hook_of(account, application, "status_url")
    if "webhook_url" in message.body:
        hook = {**(hook or {"version": "v1"}), "address": message.body["webhook_url"]}
    return {**hook, "version": version} if hook and version else hook


def _costs(message: Message) -> Json:
    """What only some channels report: price, network, number of parts, what WhatsApp charges for.

    Source of WhatsApp's words: Meta, "Status messages webhook reference", `pricing`.
    """
    costs: Json = {}
    if message.channel not in {"rcs", "email"}:
        costs["usage"] = {"currency": "EUR", "price": "0.0333"}
    if message.channel in {"sms", "mms", "rcs"}:
        costs["destination"] = {"network_code": "23410"}
    if message.channel == "sms":
        costs["sms"] = {"count_total": str(-(-len(message.body["text"]) // 160))}
    if message.channel == "whatsapp":
        category = "utility" if message.body.get("message_type") == "template" else "service"
        costs["whatsapp"] = {
            "waba_id": WABA_ID,
            "recipient": {"wa_id": message.body["to"]},
            "pricing": {"type": "regular", "pricing_model": "PMP", "category": category},
        }
    return costs


def _error(mailbox: Mailbox, code: str, detail: str) -> Json:
    return {
        "type": f"https://developer.vonage.com/api-errors/messages#{code}",
        "title": code,
        "detail": detail,
        "instance": mailbox.platform.account.identifiers.hex(),
    }
