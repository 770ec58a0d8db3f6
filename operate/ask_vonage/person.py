"""The person's part: to agree to what costs something, to pick up, dial and write, to say what was seen."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from operate.command_line import Output


class Favour(Enum):
    """What a person is asked to do, in words."""

    PICK_UP = "Your telephone {phone} rings in a moment: pick it up, and follow what it says."
    PICK_UP_BOTH = (
        "Your telephones {phone} and then {other} ring in a moment: pick both up, and look at the second."
    )
    CALL_WITHHELD = "Call {number} now, with your own number withheld, and listen."
    WAIT = "Thank you. Now wait a minute, for what Vonage reports late."
    WRITE = "Send one SMS to {number} now; any text will do, and it is kept nowhere. Then wait a minute."


class Person(Protocol):
    """Whoever sits there."""

    def agrees(self, to: str) -> bool:
        """Whether the person agrees to something, told with what it costs at most."""

    def is_asked_to(self, do: Favour, **who: str) -> None:
        """Ask for a favour; what comes of it arrives by a webhook, or not at all."""

    def confirms(self, question: str) -> bool | None:
        """Whether something is so; None when nobody is there to say it."""


@dataclass
class AtTheTerminal:
    """A person who reads and types.

    Attributes:
        out: Where they read.
        agreed: Whether they have agreed to everything beforehand, and are asked nothing.
    """

    out: Output
    agreed: bool = False

    def agrees(self, to: str) -> bool:
        """Whether `yes` was typed, or all was agreed to."""
        self.out.advise(to)
        return self.agreed or _typed("Go on? Only yes does: ") == "yes"

    def is_asked_to(self, do: Favour, **who: str) -> None:
        """Say it."""
        self.out.advise(do.value.format(**who))

    def confirms(self, question: str) -> bool | None:
        """Whether `yes` was typed, or `no`."""
        if self.agreed:
            return None
        return {"yes": True, "no": False}.get(_typed(f"{question} (yes, or no): "))


def _typed(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        return ""
