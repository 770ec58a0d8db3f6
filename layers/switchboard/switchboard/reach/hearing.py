"""What an event says of somebody's consent: a word of theirs, or Vonage's news that they have opted out.

Source: Vonage Messages API reference, errors: 1240, the recipient has opted out. Opt-Out Assist, "Messaging
Opted-out Numbers": such a message is accepted first, and its status has the error.
"""

import hashlib
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from switchboard.envelope import Envelope
from switchboard.reach import replies
from switchboard.reach.words import Word, Writer, word_of, written

_INBOUND = ("messages.inbound", "messages.v0_1.inbound")
_OPTED_OUT = "1240"


def word_in(name: str, payload: Mapping[str, Any]) -> tuple[Writer, Word] | None:
    """Who has sent which word, if the event is a message that is one."""
    who = written(payload) if name in _INBOUND else None
    word = who and word_of(who.text, who.person, who.channel)
    return (who, word) if who and word else None


def is_ours(payload: Mapping[str, Any]) -> bool:
    """Whether an inbound message is answered by the stack itself, and its flow need not hear it."""
    found = word_in("messages.inbound", payload)
    if found is None:
        return False
    who, word = found
    return word.wish == "stop" or (word.wish == "help" and replies.is_answered("help", who.channel))


def commands(event: Envelope) -> list[dict[str, Any]]:
    """What is to be done because of an event: an opt-out, an opt-in or an answer; nothing, for most."""
    if blocked := _blocked(event):
        return [_change("consent.stop", event["id"], *blocked)]
    found = word_in(event["name"], event["payload"])
    if found is None:
        return []
    who, word = found
    heard = {"channel": who.channel, "sender": who.sender, "language": word.language}
    if word.wish in ("stop", "start"):
        change = _change(f"consent.{word.wish}", event["id"], who.person, who.sender)
        change["detail"]["heard"] = {**heard, "at": _said_at(event)}
        return [change]
    if word.wish == "help" and replies.is_answered("help", who.channel):
        return [replies.command(event["id"], "help", heard, who.person)]
    return []


def person(command: Mapping[str, Any]) -> str:
    """Whom such a command is about: one after the other is carried out, in the order of their words."""
    detail = command["detail"]
    return str(detail.get("person") or detail["to"])


def unclear(event: Envelope) -> Envelope | None:
    """The event `consent.unclear`, of a message that only sounds like an opt-out: somebody has to read it."""
    found = word_in(event["name"], event["payload"])
    if found is None or found[1].wish != "unclear":
        return None
    return {
        **event,
        "id": hashlib.sha256(f"{event['id']}\nconsent.unclear".encode()).hexdigest(),
        "name": "consent.unclear",
    }


def _said_at(event: Envelope) -> float:
    """When something was said, in Unix time: it may come late, when what was said later has come."""
    try:
        said = datetime.fromisoformat(str(event["payload"].get("timestamp")))
    except ValueError:
        return event["received_at"]
    return min(said.timestamp(), event["received_at"]) if said.tzinfo else event["received_at"]


def _change(name: str, cause: str, person: str, sender: str) -> dict[str, Any]:
    detail = {"person": person}
    if os.environ.get("SWITCHBOARD_CONSENT_SCOPE") == "sender":
        detail["sender"] = sender
    return {
        "id": hashlib.sha256(f"{cause}\n{name}".encode()).hexdigest(),
        "name": name,
        "detail": detail,
    }


def _blocked(event: Envelope) -> tuple[str, str] | None:
    """The person whom Vonage didn't write to because they have opted out, and the sender."""
    error, payload = event["payload"].get("error"), event["payload"]
    if not event["name"].startswith("messages.") or not isinstance(error, Mapping):
        return None
    if str(error.get("title", error.get("code"))) != _OPTED_OUT:
        return None
    person, sender = (_number(payload.get(side)) for side in ("to", "from"))
    return (person, sender) if person and sender else None


def _number(side: object) -> str:
    found = side.get("number") if isinstance(side, Mapping) else side
    return found if isinstance(found, str) else ""
