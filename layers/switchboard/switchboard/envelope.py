"""What travels through the queues: events with what a webhook received, and commands for Vonage.

Ids are derived from what arrived, never made up, so that a webhook that is delivered twice is one event,
wherever it is sent to, and the reply to it one command.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

# What a payload is about, the most telling first. Everything about the same subject stays in order.
_SUBJECTS = (
    "conversation_uuid",
    "conversation_uuid_from",
    "message_uuid",
    "conversation_id",
    "uuid",
    "call_uuid",
    "request_id",
)


# Ids of Vonage's have 40 characters or so. What is longer could be no key of the table or the bucket.
_LONGEST_ID_BYTES = 256


class Envelope(TypedDict):
    """An event, in the queue and as the `detail` on the bus.

    `id` is the same for each delivery of the same webhook. `name` is the detail-type, such as
    `voice.answered`. `received_at` is a Unix time in seconds. `subject` is the id of the call, message,
    conversation or verification, or the SHA-256 of a very long one. `payload` is what Vonage sent, as
    `request.payload` read it.
    """

    id: str
    name: str
    received_at: float
    subject: str
    payload: Mapping[str, Any]


def wrap(
    name: str, body: bytes, received_at: float, payload: Mapping[str, Any], identity: str = ""
) -> Envelope:
    """The event that a webhook request is; its id is the SHA-256 of the raw body, whoever received it.

    Args:
        name: of the event.
        body: what arrived.
        received_at: when, in seconds of Unix time.
        payload: what is in the body.
        identity: the body's SHA-256, where that is known already.
    """
    identity = identity or _sha256(body)
    return {
        "id": identity,
        "name": name,
        "received_at": received_at,
        "subject": subject(payload) or identity,
        "payload": payload,
    }


def subject(payload: Mapping[str, Any]) -> str | None:
    """The id of the call, message or conversation that a payload is about, shortened to be a key."""
    for key in _SUBJECTS:
        if isinstance(found := payload.get(key), str) and found:
            return short(found)
    return None


def short(identity: str) -> str:
    """An id as it is, or the SHA-256 of one that is too long to be a key."""
    data = identity.encode("utf-8", "surrogatepass")
    return identity if len(data) <= _LONGEST_ID_BYTES else _sha256(data)


def derive(webhook: str, about: bytes, commands: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The commands that a webhook's flow returned, with the same ids whenever it runs again.

    Args:
        webhook: which flow it is.
        about: what makes it the same again: the body, or what an answer is for.
        commands: what it returned, in its order.
    """
    if not commands:
        return []
    identity = _sha256(f"{webhook}\n".encode() + about)
    return [
        {"id": _sha256(f"{identity}\n{index}".encode()), **command} for index, command in enumerate(commands)
    ]


def source(name: str) -> str:
    """The event bus source of an event's name, such as `vonage.voice` of `voice.answered`."""
    return f"vonage.{name.partition('.')[0]}"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
