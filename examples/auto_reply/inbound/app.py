"""Answer every message on the channel it came by: SMS, WhatsApp, RCS and so on."""

from switchboard import InboundMessage, MessageRequest, inbound, reply_to


@inbound
def lambda_handler(message: InboundMessage) -> MessageRequest | None:
    """Tell the opening hours to whoever asks; a reaction or a sticker needs no answer."""
    match message:
        case {"text": str(text)} if "open" in text.lower():
            return reply_to(message, "We are open from 9 am to 5 pm.")
        case {"message_type": "reaction" | "sticker" | "unsupported"}:
            return None
    return reply_to(message, "Thank you for your message. We will be in touch.")
