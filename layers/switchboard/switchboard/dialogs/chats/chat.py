"""A chat as its function sees it: what can be said, asked and done, each in one line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from switchboard.dialogs import sentences
from switchboard.dialogs.chats import choices as channels
from switchboard.dialogs.chats.steps import LATE, Answer, ChatEnded, Choice, Words, choosing, named
from switchboard.dialogs.dialog import UNKNOWN, Dialog
from switchboard.errors import DialogError, NoChoiceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from switchboard.wire.commands import CallToPlace, Command
    from switchboard.wire.message_requests import MessageRequest, ReplyContent
    from switchboard.wire.messages import Inbound

    # A text, a question with choices, or the content of another message.
    _Said = str | tuple[str, tuple[str, ...], tuple[str, int]] | Mapping[str, Any]

Chosen = TypeVar("Chosen")
Default = TypeVar("Default")

WEEK = timedelta(days=7)

_RAISE: Any = object()

# The kind and shape of a question without choices.
_WORDS = f"{Words.kind}\n"


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
            self._say(text)
        else:
            from switchboard.wire.message_requests import reply_to  # for what isn't a text alone

            self._say(reply_to(self.first, text, **content))

    def send(self, command: MessageRequest | Command) -> None:
        """Send a message to somebody, or carry out another command, once the dialog waits; once only.

        Raises:
            DialogError: a message doesn't say whom it is from, and this can't.
        """
        self._write_out()
        super().send(command)

    def written_out(self) -> list[dict[str, Any]]:
        """What is to be sent since the last pause, while the function stands at the next one."""
        self._write_out()
        return self.commands

    def seal(self) -> None:
        """Nothing that the function does from now on has an effect."""
        self._write_out()
        super().seal()

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
        shape, question, asked = choosing(names), (self._identity, self._passed), prompt
        for _ in range(tries):
            answer = self.known(Choice.kind, shape)
            if answer is UNKNOWN:
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

    def place(self, call: CallToPlace) -> None:
        """Place a call, as the command `voice.call` does."""
        self.send({"name": "voice.call", "detail": call})

    def _say(self, said: _Said) -> None:
        """Remember what is to be sent to the customer, who may have asked for no more."""
        if not (self.is_over or self._is_sealed):
            self._said.append(said)

    def _write_out(self) -> None:
        """Make messages of what was said: nearly all of a replay was sent long ago, and needs none."""
        sides = {"channel": self.channel, "to": self.customer, "from": self.written_to}
        for said in self._said:
            super().send(cast("MessageRequest", {**sides, **self._content(said)}))
        self._said.clear()

    def _content(self, said: _Said) -> Mapping[str, Any]:
        match said:
            case str(text):
                return {"message_type": "text", "text": text}
            case (prompt, names, question):
                open_list = sentences.in_language(sentences.CHOOSE, self.language)
                return channels.offered(self.channel, prompt, names, named(question), open_list)
        return said

    def _sorry(self, nonsense: str | None) -> str:
        return nonsense or sentences.in_language(sentences.NOT_UNDERSTOOD, self.language)


def _meaning(choices: Sequence[str] | Mapping[str, Any], choice: str) -> Any:  # noqa: ANN401 - the user's own
    """What a choice stands for; itself, where they are names alone."""
    return choices[choice] if isinstance(choices, Mapping) else choice
