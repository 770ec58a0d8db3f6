"""What a chat waits for: the customer's next message, for so long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from switchboard.dialogs.chats.words import plain
from switchboard.dialogs.steps import CallEnded, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

# In place of a message that came too late, where the function goes on without one.
LATE = "late"


class ChatEnded(CallEnded):
    """Raised at the chat's await, once: the customer wrote STOP, or came back later than `within`.

    Nothing that is said then is sent.
    """


class Answer(Step[dict[str, Any]]):
    """The next message.

    Args:
        within: how long it is waited for, from the message before.
        choices: what is expected, in the order that it is numbered in.
        ends_late: whether the chat is over when it comes later.
    """

    __slots__ = ("ends_late", "shape", "within_s")

    kind = "message"

    def __init__(self, within: timedelta, choices: Sequence[str] = (), *, ends_late: bool = True) -> None:
        self.within_s = within.total_seconds()
        self.ends_late = ends_late
        self.shape = "\n".join(choices)

    def offers(self, text: str) -> bool:
        """Whether a text is one of the choices."""
        return plain(text) in map(plain, self.shape.split("\n"))


def kept(message: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a message: all but what every message of the chat has."""
    return {name: value for name, value in message.items() if name not in ("channel", "from", "to")}
