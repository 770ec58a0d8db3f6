"""Messages between customers and the account's applications.

Source: Vonage Messages API v1 reference, webhooks "Inbound Message" and "Message Status".
"""

from typing import TYPE_CHECKING

from local.vonage import message_webhooks
from local.vonage.account import Json
from local.vonage.sending import Message

if TYPE_CHECKING:
    from local.vonage.exchange import Exchange

CHANNELS = ("sms", "mms", "rcs", "whatsapp", "messenger", "viber_service")
NETWORK_CODE = "23410"


class UndeliverableError(Exception):
    """A message that reaches no application; says why."""


async def receive(exchange: "Exchange", message: Json) -> Json:
    """A customer writes to the account; returns what became of it.

    Args:
        exchange: where it happens.
        message: `channel`, `from`, `to`, and either `text` or the members of another `message_type`.

    Raises:
        UndeliverableError: the recipient leads to no inbound webhook.
    """
    exchange.catch_up()
    application = _application(exchange, message)
    hook = message_webhooks.hook_of(application, "inbound_url")
    if hook is None:
        raise UndeliverableError(f"the application {application['name']!r} has no inbound_url for messages")
    payload = inbound_payload(exchange, message)
    exchange.keep_message(Message(payload["message_uuid"], "inbound", payload, application["id"]), "received")
    webhook = message_webhooks.webhook("inbound", hook, payload, application["id"])
    reply = await message_webhooks.deliver(exchange.delivery, webhook)
    return {
        "message_uuid": payload["message_uuid"],
        "delivered": reply.failure is None,
        "failure": reply.failure,
    }


def inbound_payload(exchange: "Exchange", message: Json) -> Json:
    """The inbound webhook's fields; text and numbers are strings."""
    common = {
        "channel": message["channel"],
        "message_uuid": exchange.account.identifiers.uuid(),
        "to": message["to"],
        "from": message["from"],
        "timestamp": exchange.clock.timestamp(),
        "message_type": message.get("message_type", "text"),
    }
    given = {name: value for name, value in message.items() if name not in common}
    own = {"href": f"{exchange.url}/v1/messages/{common['message_uuid']}"}
    return {**common, **_channel_fields(message, own), **given}


def _channel_fields(message: Json, own: Json) -> Json:
    match message["channel"]:
        case "sms":
            keyword = message.get("text", "").partition(" ")[0].upper()
            return {
                "sms": {"num_messages": "1", "keyword": keyword},
                "usage": {"currency": "EUR", "price": "0.0057"},
                "origin": {"network_code": NETWORK_CODE},
            }
        case "mms":
            return {"origin": {"network_code": NETWORK_CODE}}
        case "whatsapp":
            return {"profile": {"name": "Simulated Customer"}, "context_status": "none", "_self": own}
        case "rcs":
            return {"context_status": "none", "_self": own}
        case _:
            return {}


def _application(exchange: "Exchange", message: Json) -> Json:
    number = message["to"]
    application = exchange.account.application_of(number) or _only_one(exchange, message)
    if application is None:
        raise UndeliverableError(f"{number} is linked to no application")
    if "messages" not in application["capabilities"]:
        raise UndeliverableError(f"the application {application['name']!r} has no messages capability")
    return application


def _only_one(exchange: "Exchange", message: Json) -> Json | None:
    """Senders that are no numbers are linked in the dashboard; here, to the only application there is."""
    if message["channel"] in {"sms", "mms"}:
        return None
    able = [app for app in exchange.account.applications.values() if "messages" in app["capabilities"]]
    return able[0] if len(able) == 1 else None
