"""What a chat waits for, so long: the customer's next message, words, or one of several choices.

Of a message is kept what the step gives back, so that a replay has little to read and nothing to find out.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from switchboard.dialogs.chats.choices import chosen
from switchboard.dialogs.chats.words import plain, words
from switchboard.dialogs.steps import CallEnded, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    Kept = dict[str, Any]

# In place of a message that came too late, or never, where the function goes on without one.
LATE = "late"


class ChatEnded(CallEnded):
    """Raised at the chat's await, once: the customer wrote STOP, or nothing within `within`.

    Nothing that is said then is sent.
    """


class Answer(Step[dict[str, Any]]):
    """The next message, whatever it is.

    Args:
        within: how long it is waited for, from the message before.
        ends_late: whether the chat is over when there is none by then.
    """

    __slots__ = ("_within", "ends_late")

    kind = "message"

    def __init__(self, within: timedelta, *, ends_late: bool = True) -> None:
        self._within = within
        self.ends_late = ends_late

    @property
    def within_s(self) -> float:
        """How long it is waited for."""
        return self._within.total_seconds()

    def kept(self, message: Mapping[str, Any]) -> Kept:
        """What is recorded of a message; here all but what every message of the chat has."""
        return {name: value for name, value in message.items() if name not in ("channel", "from", "to")}

    def offers(self, text: str) -> bool:  # noqa: ARG002 - a choice does
        """Whether a text is one of the choices."""
        return False


class Words(Answer):
    """The words of the next message, as `text`; empty where it has none."""

    __slots__ = ()

    kind = "words"

    def kept(self, message: Mapping[str, Any]) -> Kept:
        """The words alone."""
        return {"message_uuid": message["message_uuid"], "text": words(message)}


class Choice(Answer):
    """Which of several choices the next message means, as `choice`; None where it means none of them.

    Args:
        within: how long it is waited for.
        ends_late: whether the chat is over when there is none by then.
        names: what the choices are called, in the order that they are numbered in.
        question: what names the question in the ids of its buttons.
    """

    __slots__ = ("_names", "_question", "shape")

    kind = "choice"

    def __init__(
        self, within: timedelta, names: Sequence[str], question: tuple[str, int], *, ends_late: bool
    ) -> None:
        self._within = within
        self.ends_late = ends_late
        self._names = names
        self._question = question
        self.shape = "\n".join(names)

    def kept(self, message: Mapping[str, Any]) -> Kept:
        """The choice alone."""
        choice = chosen(message, self._names, named(self._question))
        return {"message_uuid": message["message_uuid"], "choice": choice}

    def offers(self, text: str) -> bool:
        """Whether a text is one of the choices."""
        return plain(text) in map(plain, self._names)


# Of whatever comes of a message.
ANSWERS = frozenset({Answer.kind, Words.kind, Choice.kind})


@functools.lru_cache(maxsize=256)
def choosing(names: tuple[str, ...]) -> str:
    """The kind and shape of a question with these choices."""
    return "\n".join([Choice.kind, *names])


def named(question: tuple[str, int]) -> str:
    """What a question is called in the ids of its buttons.

    Args:
        question: the chat's identity, and how many steps came before.
    """
    identity, passed = question
    return f"{identity[:8]}.{passed}"
