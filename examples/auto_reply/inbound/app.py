"""Answer every message on the channel it came by: SMS, WhatsApp, RCS and so on."""

from switchboard import InboundMessage, MessageRequest, inbound, reply_to

# Whoever writes one of these, and nothing else, wants no more messages. The first five are those of Vonage
# Support, "Opt-Out Assist"; whom to leave alone from now on, your code or Opt-Out Assist has to remember.
OPT_OUT = {
    "stop",
    "end",
    "quit",
    "cancel",
    "unsubscribe",
    "stopall",
    "stop all",
    "optout",
    "opt out",
    "revoke",
}


@inbound
def lambda_handler(message: InboundMessage) -> MessageRequest | None:
    """Tell the opening hours to whoever asks; not everybody wants an answer, or can get one."""
    match message:
        case {"message_type": "reaction" | "sticker" | "unsupported"}:
            return None
        case {"text": str(text)} if text.strip(" .,!\"'\r\n").lower() in OPT_OUT:
            return None
        case {"channel": "sms" | "mms", "from": str(sender)} if not sender.removeprefix("+").isdecimal():
            return None  # a name, such as a parcel service's
        case {"text": str(text)} if "open" in text.lower():
            return reply_to(message, "We are open from 9 am to 5 pm.")
    return reply_to(message, "Thank you for your message. We will be in touch.")
