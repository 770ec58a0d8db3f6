"""What an event means to the step of a call that waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from switchboard import reading

if TYPE_CHECKING:
    from collections.abc import Mapping

# A connect's leg has come to nothing. `cancelled` isn't here: the caller has hung up.
NOT_ANSWERED = frozenset({"busy", "timeout", "unanswered", "rejected", "failed"})

# More than any call lasts. Source: Vonage NCCO reference, "connect": `limit` is 7200 at most.
_LONGEST_S = 86_400

# Nothing that a step waits for.
NOTHING = object()


def result(kind: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """The result that an event brings to a step of a kind, or `NOTHING`."""
    status = str(event.get("status"))
    match kind:
        case "ask" | "secret" if "dtmf" in event or "speech" in event:
            return reading.digits(event) or reading.speech(event)
        case "said" if "payload" in event:
            return None
        case "record" if isinstance(event.get("recording_url"), str):
            return _recording(event)
        case "screened" if "sub_state" in event or status == "completed":
            return NOTHING  # a machine's beep, and its end, which may come before the news that it is one
        case "connect" | "screened":
            return _outcome(status, event)
    return NOTHING


def is_answer(kind: str, event: Mapping[str, Any]) -> bool:
    """Whether it is the beginning of a conversation whose end the step waits for."""
    return kind in ("connect", "screened") and event.get("status") == "answered"


def is_read(kind: str, event: Mapping[str, Any]) -> bool:
    """Whether Vonage reads an NCCO in the reply.

    Source: Vonage, "Voice API Webhooks Reference" and "Voicemail Detection": that to a machine is read in
    the mode `default` alone.
    """
    if event.get("status") == "machine":
        return kind == "screened"
    return "recording_url" not in event and event.get("status") != "completed"


def _outcome(status: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """What became of a callee."""
    if status in NOT_ANSWERED:
        return {"status": status, "detail": str(event.get("detail") or "")}
    if status == "machine":
        return {"status": status}
    if status == "disconnected" or "payload" in event:
        # A WebSocket, or a notification, which comes behind an answer alone: the caller is still there.
        return {"status": "answered"}
    if status == "completed" and duration_s(event):
        return {"status": "answered", "duration_s": duration_s(event)}
    return NOTHING


def _recording(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "url": event["recording_url"],
        "uuid": str(event.get("recording_uuid", "")),
        "seconds": _seconds_between(event.get("start_time"), event.get("end_time")),
    }


def _seconds_between(start: object, end: object) -> int:
    from datetime import datetime

    try:
        seconds = datetime.fromisoformat(str(end)) - datetime.fromisoformat(str(start))
    except (TypeError, ValueError):  # the first of one that has a time zone and one that hasn't
        return 0
    return int(seconds.total_seconds())


def duration_s(event: Mapping[str, Any]) -> int:
    """How many seconds a leg lasted, as its `completed` says; 0 if it says nothing that can be."""
    try:
        seconds = reading.duration(event) or 0
    except (TypeError, ValueError):
        return 0
    return seconds if 0 < seconds < _LONGEST_S else 0
