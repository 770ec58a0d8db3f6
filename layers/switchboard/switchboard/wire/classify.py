"""Name every webhook payload: the names are the detail-types of the event bus and the words of the timeline.

A name begins with the source (`voice`, `messages`, `rtc`, `verify`) and goes on in Vonage's own words, so a
status, type or channel that Vonage adds tomorrow has a name today, and keeps it when it enters the catalogue.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

WebhookName = Literal["answer", "fallback", "event", "inbound", "status", "rtc_event", "verify"]

# What an event without a status is recognised by, in this order: the copy of a failed event that goes to the
# fallback has that event's fields too, and an error is what has a reason and nothing else.
_MARKS = {
    "original_request": "voice.fallback",
    "dtmf": "voice.input",
    "speech": "voice.input",
    "recording_url": "voice.record",
    "payload": "voice.notify",
    "conversation_uuid_to": "voice.transfer",
    "reason": "voice.error",
}
# Nor may a status take the name of a command, which on the bus would be carried out.
_COMMANDS = {"voice.call", "voice.update"}
_RESERVED = frozenset(_MARKS.values()) | {"voice.answer", "voice.unknown"} | _COMMANDS
# Nothing else may follow `verify.`: the commands' names do.
_VERIFY = ("event", "summary")
# Without a dot, which would end the name of a status early.
_WORD = re.compile(r"[A-Za-z0-9_:-]{1,64}")


def classify(webhook: WebhookName, payload: object) -> str:
    """The name of what a webhook received, for any payload at all.

    Args:
        webhook: which one received it: `event`, `inbound`, …
        payload: the parsed body.

    Returns:
        For example `voice.answered`, `voice.input`, `messages.inbound`, `messages.status.delivered`,
        `messages.v0_1.inbound`, `rtc.member.joined`, `verify.summary.completed`; `voice.unknown`,
        `messages.status.unknown`, `rtc.unknown` or `verify.unknown` when the payload gives nothing to go by.
    """
    fields: Mapping[str, Any] = payload if isinstance(payload, Mapping) else {}
    match webhook:
        case "answer" | "fallback":
            return f"voice.{webhook}"
        case "event":
            return _call_event(fields)
        case "inbound":
            return "messages.v0_1.inbound" if is_v0_1(fields) else "messages.inbound"
        case "status":
            return f"messages.{'v0_1.' if is_v0_1(fields) else ''}status.{_word(fields.get('status'))}"
        case "rtc_event":
            return f"rtc.{_word(fields.get('type')).replace(':', '.')}"
        case "verify":
            kind = fields.get("type")
            return f"verify.{kind}.{_word(fields.get('status'))}" if kind in _VERIFY else "verify.unknown"


def is_v0_1(message: Mapping[str, Any]) -> bool:
    """Whether a message or status has the shape of Messages v0.1, where `to` is an object."""
    return isinstance(message.get("to"), Mapping)


def _call_event(fields: Mapping[str, Any]) -> str:
    if "original_request" not in fields and fields.get("status"):
        name = f"voice.{_word(fields['status'])}"
        return "voice.unknown" if name in _RESERVED else name
    if fields.get("type") == "transfer":
        return "voice.transfer"
    return next((name for mark, name in _MARKS.items() if mark in fields), "voice.unknown")


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "unknown"
