"""What a call, message or verification has come to, by its timeline, and how that looks on a terminal."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from switchboard.telemetry import mask
from switchboard.timeline.events import Entry, read, recent
from switchboard.wire.printable import printable

# How far along a status is. Events may arrive, and by their timestamps happen, in another order than one
# would think, so what is further along counts and not what came last.
_ALONG = {
    "accepted": 0, "inbound": 0, "started": 1, "submitted": 1, "ringing": 2, "delivered": 2,
    "answered": 3, "human": 3, "machine": 3, "disconnected": 3, "read": 3,
    "completed": 5, "busy": 5, "cancelled": 5, "timeout": 5, "unanswered": 5, "rejected": 5, "failed": 5,
    "undeliverable": 5, "uncertain": 1, "expired": 5,
}  # fmt: skip
_NEW_STATUS = 4

# What is shown of a payload, besides its masked numbers: never its contents.
_SHOWN = ("direction", "channel", "message_type", "detail", "duration", "price", "reason", "outcome")


def state(entries: Iterable[Entry]) -> str:
    """The state of a call or message in Vonage's word, such as `answered`, `completed` or `delivered`.

    A call's is that of its first leg: what becomes of the legs it is connected to does not end it.
    """
    legs: dict[object, list[str]] = {}
    for entry in entries:
        word = entry["payload"].get("status") or entry["payload"].get("outcome")
        if entry["name"].endswith("inbound"):
            word = "inbound"
        if word and not entry["name"].startswith("verify.event."):  # a channel ends before the whole does
            leg = entry["payload"].get("uuid") if entry["name"].startswith("voice.") else None
            legs.setdefault(leg, []).append(str(word))
    first = next(iter(legs.values()), ["unknown"])
    return max(first, key=lambda word: _ALONG.get(word, _NEW_STATUS))


def render(subject: str, entries: Sequence[Entry]) -> str:
    """The timeline of one call or message, a line for each event, with the seconds since the first one."""
    if not entries:
        unknown = f"Nothing is known of {printable(subject)}."
        return f"{unknown} Events expire, and the newest may still be on their way."
    began = datetime.fromisoformat(entries[0]["at"])
    lines = [f"{subject}  {state(entries)}"]
    for entry in entries:
        seconds = (datetime.fromisoformat(entry["at"]) - began).total_seconds()
        lines.append(
            f"  {entry['at']}  {seconds:+9.3f}  {entry['name']:<28}  {' '.join(_details(entry))}".rstrip()
        )
    return "\n".join(map(printable, lines))


def render_recent(entries: Iterable[Entry]) -> str:
    """The latest calls and messages, newest first."""
    lines = [f"  {entry['at']}  {entry['name']:<28}  {entry['subject']}" for entry in entries]
    return "\n".join(map(printable, lines)) or "No calls or messages in the last days."


def main(arguments: Sequence[str]) -> str:
    """What `python -m switchboard.timeline [ID]` prints."""
    if not arguments:
        return render_recent(recent())
    return render(arguments[0], read(arguments[0]))


def _details(entry: Entry) -> Iterator[str]:
    payload = entry["payload"]
    if isinstance(payload.get("from"), str) or isinstance(payload.get("to"), str):
        yield f"{mask(str(payload.get('from', '')))} → {mask(str(payload.get('to', '')))}"
    yield from (f"{name}={payload[name]}" for name in _SHOWN if payload.get(name) not in (None, ""))
