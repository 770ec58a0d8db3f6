"""What a card of the timeline is about: a call, a message, or a run of requests about neither."""

from dataclasses import dataclass, field
from datetime import datetime

from vonage_simulator.console.entries import Entry

# Of entries about no call and no message.
TITLES = {"api": "API requests", "code": "Code"}
ENDS = {"ended", "hung up", "rejected", "not answered"}


@dataclass
class Subject:
    """The entries that belong together, and what to put above them."""

    key: str
    entries: list[Entry] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """`call`, `message`, `api` or `code`."""
        if self.key in TITLES:
            return self.key
        return "call" if self.key.startswith("CON-") else "message"

    @property
    def began(self) -> datetime:
        """When the first entry happened."""
        return self.entries[0].at

    def offset_s(self, entry: Entry) -> float:
        """Simulated seconds from the beginning to an entry."""
        return max(0.0, (entry.at - self.began).total_seconds())

    @property
    def title(self) -> str:
        """Who talks to whom."""
        if self.key in TITLES:
            return TITLES[self.key]
        for entry in self.entries:
            match entry.json:
                case {"kind": "call", "what": "dialled", "party": party, "number": number}:
                    return f"{party} → {number}" if party != number else f"call to {number}"
                case {"kind": "call", "what": "rejected", "party": party}:
                    return f"{party} was rejected"
                case {"kind": "message", "from": from_, "to": to, "channel": channel}:
                    return f"{channel} {from_} → {to}"
        return self.key

    @property
    def state(self) -> str:
        """Where it has got to, in a word."""
        if self.key in TITLES:
            return str(len(self.entries))
        story = [entry.json for entry in self.entries if entry.kind == self.kind]
        if self.kind == "message":
            return str(story[-1]["what"]) if story else ""
        first_leg = story[0]["leg"] if story else ""
        happened = {line["what"] for line in story if line["leg"] == first_leg}
        if happened & ENDS:
            return "ended" if "answered" in happened else "not answered"
        return "in progress" if "answered" in happened else "ringing"

    @property
    def problems(self) -> int:
        """How many of its entries went wrong."""
        return sum(entry.tone in {"bad", "warn"} for entry in self.entries)
