"""Which types of message each channel has.

Source: Vonage Messages API v1 OpenAPI file 1.20.0; e-mail from the page "email".
"""

from typing import Literal

ChannelName = Literal["sms", "mms", "rcs", "whatsapp", "messenger", "viber_service", "email"]

_FILES = ("image", "audio", "video", "file")

TYPES: dict[ChannelName, tuple[str, ...]] = {
    "sms": ("text",),
    "mms": ("text", *_FILES, "vcard", "content"),
    "rcs": ("text", "image", "video", "file", "card", "carousel", "custom"),
    "whatsapp": ("text", *_FILES, "template", "sticker", "reaction", "custom"),
    "messenger": ("text", *_FILES),
    "viber_service": ("text", "image", "video", "file"),
    "email": ("text", "html", "content"),
}

# Every type that any channel has; Vonage adds to them.
MESSAGE_TYPES = frozenset(kind for kinds in TYPES.values() for kind in kinds)
