"""A message, whichever way it goes, and what becomes of messages to somebody."""

import html
import json
import re
from dataclasses import dataclass, field
from typing import Annotated, Literal

from switchboard.wire.typed import Between

from vonage_simulator.account.account import UNKNOWN_NUMBER
from vonage_simulator.messages.buttons import holders, question, taps, text_of
from vonage_simulator.types import Json

Fate = Literal["delivered", "undeliverable", "rejected"]

# Of what a message carries, the members that tell a person what it is.
TOLD = ("url", "name", "title", "caption", "lat", "long", "emoji", "payload")


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
class Sender:
    """How a number or name that messages come from is set up at Vonage.

    Attributes:
        per_second: messages that it may send in a second; None is as many as the API takes.
        opt_out_assist: Vonage answers STOP, START and HELP itself, and keeps the list of whom it blocks.
        blocked: who has opted out, and is sent nothing from here.
    """

    per_second: Annotated[int, Between(1, 1000)] | None = None
    opt_out_assist: bool = False
    blocked: set[str] = field(default_factory=set)


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
        """Its text and buttons, or what it carries instead, such as `image https://shop.example/menu.jpg`."""
        if self.channel == "email":
            return _mail(self.body)
        return " ".join([*_content(self.body), *_taps(self.body), *_interactive(self.body)])

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


def _content(body: Json) -> list[str]:
    if text := body.get("text") or question(body):
        return [str(text)]
    kind = str(body.get("message_type", ""))
    content = body.get(kind)
    if not isinstance(content, dict):
        return [kind]
    if kind == "button" and (label := content.get("text")):
        return [kind, str(label)]  # what was read and tapped; its payload is for the application
    return [kind, *_told(content), *(word for card in content.get("cards", []) for word in _told(card))]


def _told(content: Json) -> list[str]:
    values = [content[name] for name in TOLD if name in content]
    texts = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values]
    return [*texts, *_taps(content)]


def _taps(holder: Json) -> list[str]:
    """What can be tapped: `[Yes]`."""
    return [f"[{suggestion['text']}]" for suggestion in holder.get("suggestions", [])]


def _interactive(body: Json) -> list[str]:
    """What can be tapped in an interactive message of WhatsApp, card by card: `By the window [This one]`."""
    if body["channel"] != "whatsapp":
        return []
    message, *cards = holders(body)
    words = [f"[{tap.title}]" for tap in taps(body, message)]
    for card in cards:
        words += filter(None, [text_of(card), *(f"[{tap.title}]" for tap in taps(body, card))])
    return words


def _mail(body: Json) -> str:
    """An e-mail as its reader sees it: the subject, and the text, or the HTML without its tags."""
    parts = body.get("content") or [body, body.get("html", "")]
    texts = [
        str(part.get("text") or part.get("body", "")) if isinstance(part, dict) else part for part in parts
    ]
    read = next((html.unescape(re.sub(r"<[^>]*>", "", text)) for text in texts if text), "")
    return ": ".join(filter(None, (body.get("email", {}).get("subject"), read)))


def standard_recipients() -> dict[str, Recipient]:
    """Everybody gets their messages, except nobody's number."""
    return {UNKNOWN_NUMBER: Recipient("undeliverable")}
