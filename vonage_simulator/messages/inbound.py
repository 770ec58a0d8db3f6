"""Messages between customers and the account's applications.

Source: Vonage Messages API v1 reference, webhooks "Inbound Message" and "Message Status".
"""

from switchboard.wire import shapes
from switchboard.wire.messages import Inbound
from switchboard.wire.violations import violations

from vonage_simulator.account.account import Account
from vonage_simulator.messages import webhooks
from vonage_simulator.messages.attachments import files, with_attachments
from vonage_simulator.messages.mailbox import Mailbox
from vonage_simulator.messages.message import Message
from vonage_simulator.messages.opt_out_assist import assist
from vonage_simulator.platform import Platform
from vonage_simulator.types import Json

MESSAGE_TYPES = {
    "sms": ("text",),
    "mms": ("text", "image", "vcard", "audio", "video", "file"),
    "rcs": ("text", "image", "video", "audio", "file", "vcard", "location", "reply", "button"),
    "whatsapp": (
        "text", "image", "audio", "video", "file", "location", "contacts", "reply", "button", "order",
        "sticker", "reaction", "unsupported",
    ),
    "messenger": ("text", "image", "audio", "video", "file", "unsupported"),
    "viber_service": ("text", "image", "video", "file"),
    "email": ("text", "html", "content"),
}  # fmt: skip
SHAPES = shapes.tags(Inbound, "message_type")
CHANNELS = tuple(MESSAGE_TYPES)
NETWORK_CODE = "23410"


class UndeliverableError(Exception):
    """A message that reaches no application; says why."""


class InvalidMessageError(ValueError):
    """A message that the channel could not carry; says which member to change."""


async def receive(mailbox: Mailbox, message: Json) -> Json:
    """A customer writes to the account; returns what became of it.

    Args:
        mailbox: where it is kept.
        message: `channel`, `from`, `to`, and either `text` or the members of another `message_type`.

    Raises:
        InvalidMessageError: the channel has no such message.
        UndeliverableError: the recipient leads to no inbound webhook.
    """
    _check_type(message)
    mailbox.platform.catch_up()
    application, hook = _receiver(mailbox.platform.account, message)
    payload = inbound_payload(mailbox.platform, message)
    if message["channel"] == "email" and "attachments" in message:
        payload = _with_files(mailbox, payload)
    _check_payload(payload)
    application_id = application["id"] if application else None
    mailbox.keep(Message(payload["message_uuid"], "inbound", payload, application_id), "received")
    assist(mailbox, payload)
    webhook = webhooks.webhook("inbound", hook, payload, application_id)
    reply = await webhooks.deliver(mailbox.platform.delivery, webhook)
    return {
        "message_uuid": payload["message_uuid"],
        "delivered": reply.failure is None,
        "failure": reply.failure,
    }


def _check_type(message: Json) -> None:
    channel, kind = message["channel"], message.get("message_type", "text")
    if channel not in MESSAGE_TYPES:
        raise InvalidMessageError(f"channel: must be one of {', '.join(CHANNELS)}")
    if kind not in MESSAGE_TYPES[channel]:
        raise InvalidMessageError(f"message_type: {channel} has {', '.join(MESSAGE_TYPES[channel])}")
    several = channel == "mms" and "content" in message
    if kind not in message and kind != "unsupported" and not several:
        raise InvalidMessageError(f"{kind}: is required when message_type is {kind}")


def _with_files(mailbox: Mailbox, mail: Json) -> Json:
    """A mail whose attachments are where the switch has them, and can be downloaded."""
    try:
        kept = {mailbox.platform.account.identifiers.uuid(): file for file in files(mail)}
    except ValueError as error:
        raise InvalidMessageError(str(error)) from error
    position = mailbox.platform.account.switches.mail_attachments
    if position == "content":
        mailbox.files.update(kept)
    return with_attachments(mail, position, [f"{mailbox.platform.url}/v3/media/{id_}" for id_ in kept])


def _check_payload(payload: Json) -> None:
    for violation in violations(SHAPES[payload.get("message_type", "text")], payload, strict=True):
        if violation.kind != "unknown":  # channels add fields that no reference lists
            rule = "is required" if violation.kind == "missing" else f"must be {violation.rule}"
            raise InvalidMessageError(f"{violation.field}: {rule}")


def inbound_payload(platform: Platform, message: Json) -> Json:
    """The inbound webhook's fields; text and numbers are strings."""
    common = {
        "channel": message["channel"],
        "message_uuid": platform.account.identifiers.uuid(),
        "to": message["to"],
        "from": message["from"],
        "timestamp": platform.clock.timestamp(),
        "message_type": message.get("message_type", "text"),
    }
    if message["channel"] == "sms" and not platform.account.switches.sms_message_type:
        del common["message_type"]
    given = {name: value for name, value in message.items() if name not in {*common, "message_type"}}
    own = {"href": f"{platform.url}/v1/messages/{common['message_uuid']}"}
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


def _receiver(account: Account, message: Json) -> tuple[Json | None, Json]:
    """The application that gets a message, and its webhook; or the account's own, and no application."""
    if message["channel"] == "email":
        return _receiver_of_mail(account, message["to"])
    number = message["to"]
    if message["channel"] == "sms" and account.switches.sms_setting == "sms":
        raise UndeliverableError(
            "the account's default SMS setting is the SMS API, so no SMS reaches the Messages API; "
            "change it in the dashboard's API settings (here: the switch sms_setting)"
        )
    application = account.application_of(number) or _only_one(account, message)
    hook = webhooks.hook_of(account, application, "inbound_url")
    if hook:
        return application, hook
    if application is None:
        raise UndeliverableError(f"{number} is linked to no application")
    if "messages" not in application["capabilities"]:
        raise UndeliverableError(f"the application {application['name']!r} has no messages capability")
    raise UndeliverableError(f"the application {application['name']!r} has no inbound_url for messages")


def _receiver_of_mail(account: Account, address: str) -> tuple[Json, Json]:
    """The application that the address's domain is linked to, and its webhook."""
    application = account.application_of_domain(address)
    if application is None:
        raise UndeliverableError(
            f"the domain of {address} is linked to no application; link it in the dashboard "
            "(here: POST /_simulator/domains)"
        )
    hook = webhooks.hook_of(account, application, "inbound_url")
    if hook is None:
        raise UndeliverableError(f"the application {application['name']!r} has no inbound_url for messages")
    return application, hook


def _only_one(account: Account, message: Json) -> Json | None:
    """Senders that are no numbers are linked in the dashboard; here, to the only application there is."""
    if message["channel"] in {"sms", "mms"}:
        return None
    able = [app for app in account.applications.values() if "messages" in app["capabilities"]]
    return able[0] if len(able) == 1 else None
