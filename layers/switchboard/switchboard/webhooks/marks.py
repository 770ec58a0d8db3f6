"""Tell by its fields which webhook a payload is plainly meant for.

A token proves that the account said these bytes, not which webhook it said them to: whoever has one request
could send it to every webhook. So each kind has marks, which are fields that it has and no other kind. What
has none of anybody's is merely unknown, and taken for what its webhook receives.

Source: Vonage's references, as `wire.voice`, `wire.voice_events`, `wire.messages`, `wire.messages_v0_1`,
`wire.rtc` and `wire.verify` have them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from switchboard.wire.classify import WebhookName

# What one of them is, has all fields of one of its kind's sets. A copy for the fallback has those of the
# request that failed, too.
_MARKS: "Mapping[WebhookName, tuple[frozenset[str], ...]]" = {
    "fallback": (frozenset({"original_request"}),),
    "answer": (frozenset({"conversation_uuid", "endpoint_type"}),),
    "event": (
        *(
            frozenset({"conversation_uuid", "timestamp", mark})
            for mark in ("status", "dtmf", "speech", "recording_url", "payload", "reason")
        ),
        frozenset({"conversation_uuid_from", "conversation_uuid_to"}),
    ),
    "status": (frozenset({"message_uuid", "status"}),),
    "inbound": tuple(
        frozenset({"message_uuid", mark}) for mark in ("message_type", "text", "content", "message")
    ),
    "rtc_event": (frozenset({"conversation_id", "type", "body"}),),
    "verify": (frozenset({"request_id", "type", "status"}),),
}


def meant_for(payload: Mapping[str, Any], received_by: "WebhookName") -> "WebhookName":
    """The webhook that a payload is for: the one that received it, unless it is plainly another's."""
    fields = payload.keys()
    for kind in (received_by, *_MARKS):  # nearly always the first
        for mark in _MARKS[kind]:
            if fields >= mark:
                return kind
    return received_by
