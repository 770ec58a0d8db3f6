"""Conversation events for the `rtc` capability's event URL.

Source: Vonage Conversation API, "Event". Which envelope the webhook has is not confirmed; these are the
fields every event has, and, by a switch, two ids that related deliveries carry. The reply is not read.
"""

from typing import TYPE_CHECKING

from vonage_simulator.types import Json
from vonage_simulator.webhooks.reply import Reply
from vonage_simulator.webhooks.request import Webhook

if TYPE_CHECKING:
    from vonage_simulator.calls.exchange import Exchange


class NoRtcError(Exception):
    """No application listens to conversation events; says why."""


async def happen(exchange: "Exchange", event: Json) -> Reply:
    """Report a conversation event to the application that listens.

    Args:
        exchange: where it happens.
        event: at least `type`; `body`, `from` and `conversation_id` if they matter, `application_id` if
            several listen.

    Raises:
        NoRtcError: there is no such application, or none has an rtc event URL.
    """
    application = _listener(exchange, event.get("application_id"))
    rtc = application["capabilities"]["rtc"]
    hook = rtc["webhooks"]["event_url"]
    conversation = event.get("conversation_id") or exchange.account.identifiers.conversation()
    number = len(exchange.journal.entries(webhook="rtc", call=conversation)) + 1
    ids = {"conversation_id": conversation, "application_id": application["id"]}
    events = f"{exchange.url}/v1/conversations/{conversation}/events"
    member = event.get("from", f"MEM-{exchange.account.identifiers.uuid()}")
    user = {"id": f"USR-{exchange.account.identifiers.uuid()}", "name": "simulated"}
    payload = {
        "id": number,
        "type": event["type"],
        **(ids if exchange.account.switches.rtc_ids else {}),
        "from": member,
        "timestamp": exchange.clock.timestamp(),
        "body": event.get("body", {}),
        "_embedded": {"from_user": user, "from_member": {"id": member}},
        "_links": {"self": {"href": f"{events}/{number}"}},
    }
    webhook = Webhook(
        kind="rtc",
        url=hook["address"],
        method=hook.get("http_method", "POST"),
        payload=payload,
        application_id=application["id"],
        signed=bool(rtc.get("signed_callbacks", False)),
        call=conversation,
    )
    return await exchange.delivery.attempt_again(webhook, exchange.account.switches.rtc_retry)


def _listener(exchange: "Exchange", application_id: str | None) -> Json:
    for application in exchange.account.applications.values():
        hook = application["capabilities"].get("rtc", {}).get("webhooks", {}).get("event_url", {})
        if hook.get("address") and application_id in {None, application["id"]}:
            return application
    raise NoRtcError("no application has an rtc event_url")
