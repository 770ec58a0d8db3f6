"""A chat as its function sees it: what can be said, asked and done, each in one line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from switchboard.dialogs import sentences
from switchboard.dialogs.chats import choices as channels
from switchboard.dialogs.chats.steps import LATE, Answer, ChatEnded
from switchboard.dialogs.chats.words import words
from switchboard.dialogs.dialog import Dialog
from switchboard.errors import DialogError, NoChoiceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from switchboard.wire.commands import CallToPlace
    from switchboard.wire.message_requests import MessageRequest, ReplyContent
    from switchboard.wire.messages import Inbound

Chosen = TypeVar("Chosen")
Default = TypeVar("Default")

WEEK = timedelta(days=7)

_RAISE: Any = object()


class Chat(Dialog):
    """A chat with a customer, by one channel and one number of yours.

    What is said goes out when the function awaits the next message, or ends. Where the customer wrote STOP,
    or comes back too late, an await raises `ChatEnded`, once.

    Args:
        first: the message that it began with, and `at`, when.

    Attributes:
        language: of what is said by itself, such as `de-DE`; None is English.
    """

    ended = ChatEnded

    def __init__(self, first: Mapping[str, Any]) -> None:
        about = "\n".join([*(first[name] for name in ("channel", "from", "to", "message_uuid"))])
        ours = first["to"]
        super().__init__(
            hashlib.sha256(about.encode("utf-8", "surrogatepass")).hexdigest()[:40],
            first["at"],
            ours if ours.removeprefix("+").isdecimal() else "",
        )
        self.language: str | None = None
        self._first = first

    @property
    def channel(self) -> str:
        """How the customer writes: `sms`, `mms`, `rcs`, `whatsapp`, `messenger` or `viber_service`."""
        return str(self._first["channel"])

    @property
    def customer(self) -> str:
        """Who writes: a number, or the channel's own id."""
        return str(self._first["from"])

    @property
    def written_to(self) -> str:
        """The number, or id, of yours that is written to."""
        return str(self._first["to"])

    @property
    def first(self) -> Inbound:
        """The message that the chat began with, as Vonage sent it."""
        return cast("Inbound", {name: value for name, value in self._first.items() if name != "at"})

    def say(self, text: str | None = None, **content: Unpack[ReplyContent]) -> None:
        """Send the customer a text, or anything else that the channel has, as `reply_to` takes it.

        Raises:
            TypeError: there is nothing to send, or more than one thing, or the channel has no such messages.
        """
        if text is not None and not content:
            self._send({"message_type": "text", "text": text})
        else:
            from switchboard.wire.message_requests import reply_to  # for what isn't a text alone

            self._send(reply_to(self.first, text, **content))

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
        self.say(prompt)
        for again in range(tries - 1, -1, -1):
            message = await self._next(within, default)
            if message is None:
                return default
            if text := words(message):
                return text
            if again:
                self.say(f"{self._sorry(nonsense)}\n{prompt}")
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
        names = list(choices)
        if not names:
            raise DialogError("`choose` was given nothing to choose from")
        question = f"{self._identity[:8]}.{self._passed}"
        asked = prompt
        open_list = sentences.in_language(sentences.CHOOSE, self.language)
        for _ in range(tries):
            self._send(channels.offered(self.channel, asked, names, question, open_list))
            message = await self._next(within, default, names)
            if message is None:
                return default
            choice = channels.chosen(message, names, question)
            if choice is not None:
                return choices[choice] if isinstance(choices, Mapping) else choice
            asked = f"{self._sorry(nonsense)}\n{prompt}"
        if default is _RAISE:
            raise NoChoiceError
        return default

    async def receive(self, *, within: timedelta = WEEK) -> Inbound:
        """Wait for the next message, whatever it is: a picture, a place, a contact; as Vonage sent it.

        Args:
            within: how long it may take, as for `ask`.
        """
        return cast("Inbound", await self._next(within, _RAISE))

    def place(self, call: CallToPlace) -> None:
        """Place a call, as the command `voice.call` does."""
        self.send({"name": "voice.call", "detail": call})

    async def _next(
        self, within: timedelta, default: object, choices: Sequence[str] = ()
    ) -> dict[str, Any] | None:
        """The next message; None if it came too late."""
        message = await Answer(within, choices, ends_late=default is _RAISE)
        if LATE in message:
            return None
        return {**{name: self._first[name] for name in ("channel", "from", "to")}, **message}

    def _send(self, content: Mapping[str, Any]) -> None:
        """Send something to the customer, who may have asked for no more."""
        if not self.is_over:
            sides = {"channel": self.channel, "to": self.customer, "from": self.written_to}
            self.send(cast("MessageRequest", {**sides, **content}))

    def _sorry(self, nonsense: str | None) -> str:
        return nonsense or sentences.in_language(sentences.NOT_UNDERSTOOD, self.language)
