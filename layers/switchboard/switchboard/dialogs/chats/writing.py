"""What is said in a chat, and the messages that become of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from switchboard.dialogs import sentences
from switchboard.dialogs.chats.choices import offered
from switchboard.dialogs.chats.steps import ChatEnded, named
from switchboard.dialogs.dialog import Dialog

if TYPE_CHECKING:
    from typing import Unpack

    from switchboard.wire.commands import Command
    from switchboard.wire.message_requests import MessageRequest, ReplyContent
    from switchboard.wire.messages import Inbound

    # A text, a question with choices, or the content of another message.
    Said = str | tuple[str, tuple[str, ...], tuple[str, int]] | Mapping[str, Any]


class Writing(Dialog):
    """A customer, who is written to by one channel from one number of yours.

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
    def _with_whom(self) -> str:
        """The customer."""
        return self.customer

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
            from switchboard.messaging import reply_to  # for what isn't a text alone

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

    def _say(self, said: Said) -> None:
        """Remember what is to be sent to the customer, who may have asked for no more."""
        if not (self.is_over or self._is_sealed):
            self._said.append(said)

    def _write_out(self) -> None:
        """Make messages of what was said: nearly all of a replay was sent long ago, and needs none."""
        sides = {"channel": self.channel, "to": self.customer, "from": self.written_to}
        for said in self._said:
            super().send(cast("MessageRequest", {**sides, **self._content(said)}))
        self._said.clear()

    def _content(self, said: Said) -> Mapping[str, Any]:
        match said:
            case str(text):
                return {"message_type": "text", "text": text}
            case (prompt, names, question):
                open_list = sentences.in_language(sentences.CHOOSE, self.language)
                return offered(self.channel, prompt, names, named(question), open_list)
        return said

    def _sorry(self, nonsense: str | None) -> str:
        return nonsense or sentences.in_language(sentences.NOT_UNDERSTOOD, self.language)
