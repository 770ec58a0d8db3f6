"""What a message says in words, and the words that no chat gets to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Whoever writes one of these, and nothing else, wants no more messages.
# Source: Vonage Support, "Opt-Out Assist" (the first five), and what carriers understand besides.
STOP = frozenset({
    "stop", "end", "quit", "cancel", "unsubscribe", "stopall", "stop all", "optout", "opt out", "revoke",
})  # fmt: skip

# Where whoever writes HELP asks who it is that writes. Vonage's Opt-Out Assist answers by itself, and tells
# us all the same. Elsewhere it is a word as any other.
_HELP_MEANS_WHO = frozenset({"sms", "mms", "rcs"})

# What no answer could go to: a name, such as a parcel service's, in place of a number.
_BY_NUMBER = frozenset({"sms", "mms"})


def words(message: Mapping[str, Any]) -> str:
    """The text of a message, or of the button that was tapped; empty for a picture and the like."""
    match message:
        case {"text": str(text)}:
            return text.strip()
        case {"reply": {"title": str(title)}}:
            return title.strip()
        case {"button": {"text": str(text)}} | {"button": {"payload": str(text)}}:
            return text.strip()
    return ""


def plain(text: str) -> str:
    """A text without what people add to it: capitals, spaces and marks around it."""
    return " ".join(text.split()).strip(" .,;:!?()[]#\"'“”„").casefold()


def keyword(message: Mapping[str, Any]) -> str:
    """`stop` or `help` where a message says nothing else, in whatever word; else empty."""
    text = message.get("text")
    said = plain(text) if isinstance(text, str) else ""
    if said in STOP:
        return "stop"
    return said if said == "help" and message["channel"] in _HELP_MEANS_WHO else ""


def is_of_a_chat(message: Mapping[str, Any]) -> bool:
    """Whether somebody says something who can be answered.

    An emoji given to a message isn't an answer to it, what doesn't say whom it is from has none, and e-mail
    is no chat: it quotes what it answers, and has a subject.
    """
    named = all(isinstance(message.get(name), str) for name in ("channel", "from", "to", "message_uuid"))
    if not named or message["channel"] == "email" or message.get("message_type") == "reaction":
        return False
    return message["channel"] not in _BY_NUMBER or message["from"].removeprefix("+").isdecimal()
