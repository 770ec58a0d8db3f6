"""What a customer can send on each channel, and the message that it makes.

Source: Vonage Messages API v1 reference, webhook "Inbound Message".
"""

import json
from typing import NamedTuple

from vonage_simulator.types import Json


class Kind(NamedTuple):
    """A type of message: its name, and what to write for it."""

    words: str
    hint: str


KINDS = {
    "text": Kind("Text", "Write as the customer…"),
    "image": Kind("Image", "https://… of the image"),
    "video": Kind("Video", "https://… of the video"),
    "audio": Kind("Audio", "https://… of the recording"),
    "file": Kind("File", "https://… of the file"),
    "vcard": Kind("Contact card", "https://… of the card"),
    "sticker": Kind("Sticker", "https://… of the sticker"),
    "location": Kind("Location", "51.5074, -0.1278"),
    "reply": Kind("Choice", "What was chosen"),
    "button": Kind("Button", "Its payload, or a flow's answers as JSON"),
    "reaction": Kind("Reaction", "An emoji"),
}
TYPES = {
    "sms": ("text",),
    "mms": ("text", "image", "video", "audio", "file", "vcard"),
    "rcs": ("text", "image", "video", "audio", "file", "vcard", "location", "reply", "button"),
    "whatsapp": (
        "text", "image", "video", "audio", "file", "sticker", "location", "reply", "button", "reaction",
    ),
    "messenger": ("text", "image", "video", "audio", "file"),
    "viber_service": ("text", "image", "video", "file"),
    "email": ("text",),
}  # fmt: skip


class UnreadableError(ValueError):
    """What was written cannot be sent as this type; says what would do."""


def content(kind: str, written: str) -> Json:
    """The members of a message in which a customer sends what was written.

    Raises:
        UnreadableError: a location that is no pair of numbers, or a file that is no address.
    """
    match kind:
        case "text":
            return {"text": written}
        case "location":
            return {"message_type": kind, kind: _location(written)}
        case "reply":
            return {"message_type": kind, kind: {"id": written, "title": written}}
        case "button":
            return {"message_type": kind, kind: _button(written)}
        case "reaction":
            return {"message_type": kind, kind: {"action": "react", "emoji": written}}
        case _:
            if not written.startswith(("https://", "http://")):
                raise UnreadableError(f"Give the address of the {kind}, such as https://shop.example/{kind}.")
            return {"message_type": kind, kind: {"url": written}}


def _button(written: str) -> Json:
    """A button's payload, or the answers that a flow of WhatsApp's gives back."""
    try:
        answers = json.loads(written)
    except ValueError:
        answers = None
    if isinstance(answers, dict):
        return {"payload": answers, "subtype": "nfm_reply"}
    return {"payload": written, "text": written}


def _location(written: str) -> Json:
    try:
        latitude, longitude = map(float, written.split(","))
    except ValueError:
        raise UnreadableError("Give latitude and longitude, such as 51.5074, -0.1278.") from None
    return {"lat": latitude, "long": longitude}
