"""A chat as its function sees it: what can be said, asked and done, each in one line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from switchboard.dialogs.chats.steps import LATE, Answer, Choice, Words, choosing
from switchboard.dialogs.chats.writing import Writing
from switchboard.dialogs.dialog import UNKNOWN
from switchboard.errors import DialogError, NoChoiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from switchboard.wire.messages import Inbound

Chosen = TypeVar("Chosen")
Default = TypeVar("Default")

WEEK = timedelta(days=7)

_RAISE: Any = object()

# The kind and shape of a question without choices.
_WORDS = f"{Words.kind}\n"


class Chat(Writing):
    """A chat with a customer, by one channel and one number of yours.

    What is said goes out when the function awaits the next message, or ends. Where the customer wrote STOP,
    or nothing in time, an await raises `ChatEnded`, once.

    Args:
        first: the message that it began with, and `at`, when.

    Attributes:
        language: of what is said by itself, such as `de-DE`; None is English.
    """

    @overload
    async def ask(
        self, prompt: str, *, within: timedelta = ..., tries: int = ..., nonsense: str | None = ...
    ) -> str: ...
    @overload
    async def ask(
        self,
        prompt: str,
        *,
        default: Default,
        within: timedelta = ...,
        tries: int = ...,
        nonsense: str | None = ...,
    ) -> str | Default: ...
    async def ask(
        self,
        prompt: str,
        *,
        within: timedelta = WEEK,
        default: Any = _RAISE,
        tries: int = 3,
        nonsense: str | None = None,
    ) -> Any:
        """Ask for words, and ask again when a picture comes, or anything else without any.

        Args:
            prompt: what is asked.
            within: how long an answer may take, by the messages' own times.
            default: what comes back for an answer that is later, or without words to the end. Without it a
                later one is no answer: the chat is over, and that message begins the next one.
            tries: how often it is asked.
            nonsense: what is said before asking again, in place of a sentence in `language`.

        Raises:
            NoChoiceError: there were no words. A chat that doesn't catch it says goodbye and is over.
        """
        asked = prompt
        for _ in range(tries):
            answer = self.known(Words.kind, _WORDS)
            if answer is UNKNOWN:
                self._say(asked)
                answer = await Words(within, ends_late=default is _RAISE)
            if LATE in answer:
                return default
            if text := answer["text"]:
                return text
            asked = f"{self._sorry(nonsense)}\n{prompt}"
        if default is _RAISE:
            raise NoChoiceError
        return default

    @overload
    async def choose(
        self,
        prompt: str,
        choices: Sequence[str],
        *,
        within: timedelta = ...,
        tries: int = ...,
        nonsense: str | None = ...,
    ) -> str: ...
    @overload
    async def choose(
        self,
        prompt: str,
        choices: Mapping[str, Chosen],
        *,
        within: timedelta = ...,
        tries: int = ...,
        nonsense: str | None = ...,
    ) -> Chosen: ...
    @overload
    async def choose(
        self,
        prompt: str,
        choices: Sequence[str],
        *,
        default: Default,
        within: timedelta = ...,
        tries: int = ...,
        nonsense: str | None = ...,
    ) -> str | Default: ...
    @overload
    async def choose(
        self,
        prompt: str,
        choices: Mapping[str, Chosen],
        *,
        default: Default,
        within: timedelta = ...,
        tries: int = ...,
        nonsense: str | None = ...,
    ) -> Chosen | Default: ...
    async def choose(
        self,
        prompt: str,
        choices: Sequence[str] | Mapping[str, Any],
        *,
        within: timedelta = WEEK,
        default: Any = _RAISE,
        tries: int = 3,
        nonsense: str | None = None,
    ) -> Any:
        """Have the customer choose: by buttons or a list where the channel has them, else by number or words.

        Args:
            prompt: what is asked.
            choices: what there is to choose from; or what each stands for, which then comes back.
            within: how long an answer may take, as for `ask`.
            default: what comes back for an answer that is later, or none of the choices to the end.
            tries: how often it is asked.
            nonsense: what is said before asking again, in place of a sentence in `language`.

        Raises:
            NoChoiceError: none of the choices was meant. A chat that doesn't catch it says goodbye and is
                over.
            DialogError: there is nothing to choose from.
        """
        names = tuple(choices)
        if not names:
            raise DialogError("`choose` was given nothing to choose from")
        shape, passed, asked = choosing(names), self._passed, prompt
        for _ in range(tries):
            answer = self.known(Choice.kind, shape)
            if answer is UNKNOWN:
                question = (self._identity, passed)
                self._say((asked, names, question))
                answer = await Choice(within, names, question, ends_late=default is _RAISE)
            if LATE in answer:
                return default
            choice = answer["choice"]
            if choice in names:
                return choice if isinstance(choices, list) else _meaning(choices, choice)
            asked = f"{self._sorry(nonsense)}\n{prompt}"
        if default is _RAISE:
            raise NoChoiceError
        return default

    async def receive(self, *, within: timedelta = WEEK) -> Inbound:
        """Wait for the next message, whatever it is: a picture, a place, a contact; as Vonage sent it.

        Args:
            within: how long it may take, as for `ask`.
        """
        sides = {name: self._first[name] for name in ("channel", "from", "to")}
        return cast("Inbound", {**sides, **await Answer(within)})


def _meaning(choices: Sequence[str] | Mapping[str, Any], choice: str) -> Any:  # noqa: ANN401 - the user's own
    """What a choice stands for; itself, where they are names alone."""
    return choices[choice] if isinstance(choices, Mapping) else choice
