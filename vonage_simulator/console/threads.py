"""Conversations by message, as both sides saw them, put together from the journal."""

from dataclasses import dataclass, field
from typing import NamedTuple

from vonage_simulator.journal import troubles
from vonage_simulator.types import Json

FAILED = ("rejected", "undeliverable")


class Thread(NamedTuple):
    """Who writes to whom on which channel."""

    channel: str
    customer: str
    number: str


@dataclass
class Bubble:
    """One message.

    Attributes:
        uuid: its `message_uuid`.
        status: of what was sent `accepted`, `delivered`, …; of the customer's whether it was taken.
    """

    uuid: str
    text: str
    at: str
    from_customer: bool
    status: str = ""
    failed: bool = False


@dataclass
class Threads:
    """Every thread there has been, the latest last."""

    bubbles: dict[Thread, list[Bubble]] = field(default_factory=dict)
    _by_uuid: dict[str, tuple[Thread, Bubble]] = field(default_factory=dict)

    def read(self, entry: Json) -> Thread | None:
        """Take in an entry; returns the thread that it changed."""
        match entry:
            case {"kind": "message", "what": "received"}:
                return self._add(
                    Thread(entry["channel"], entry["from"], entry["to"]), entry, from_customer=True
                )
            case {"kind": "message", "what": "sent"}:
                return self._add(
                    Thread(entry["channel"], entry["to"], entry["from"]), entry, from_customer=False
                )
            case {"kind": "message", "message": uuid, "what": status}:
                return self._settle(uuid, status, failed=status in FAILED)
            case {"kind": "webhook", "webhook": "inbound", "message": uuid}:
                failure = entry.get("failure")
                wrong = next((trouble for trouble in troubles.of(entry) if trouble.is_bad), None)
                taken = f"not taken: {failure}" if failure else "taken"
                status = f"{taken}, but {wrong.text}" if wrong and not failure else taken
                return self._settle(uuid, status, failed=bool(failure or wrong))
        return None

    def _add(self, thread: Thread, entry: Json, *, from_customer: bool) -> Thread:
        status = "" if from_customer else "accepted"
        bubble = Bubble(entry["message"], str(entry["text"]), entry["at"], from_customer, status)
        bubbles = [*self.bubbles.pop(thread, []), bubble]
        self.bubbles[thread] = bubbles  # the latest thread comes last
        self._by_uuid[entry["message"]] = (thread, bubble)
        return thread

    def _settle(self, uuid: str, status: str, *, failed: bool) -> Thread | None:
        thread, bubble = self._by_uuid.get(uuid, (None, None))
        if bubble:
            bubble.status, bubble.failed = status, failed
        return thread
