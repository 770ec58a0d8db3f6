"""A message arrives: it answers the question that its chat waits with, or begins a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from switchboard.dialogs.chats.chat import Chat
from switchboard.dialogs.chats.item import key_of
from switchboard.dialogs.chats.recorded import answer_of, deadline_of, is_end, places
from switchboard.dialogs.chats.run import ChatRun, tell
from switchboard.dialogs.chats.words import keyword
from switchboard.dialogs.replay import ENDED
from switchboard.errors import DialogChangedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from switchboard.dialogs.chats.run import ChatFlow
    from switchboard.dialogs.history import Recorded
    from switchboard.dialogs.replay import Waiting


class MessageRun(ChatRun):
    """One message of a chat.

    Args:
        flow: the user's function.
        message: what the customer wrote.
        at: when, in seconds of Unix time.
        on_changed: what is said to whom the chat begins anew, since its code has changed; None is nothing.

    Attributes:
        is_left_out: whether the message is none for the chat, such as STOP.
    """

    def __init__(
        self, flow: ChatFlow, message: Mapping[str, Any], at: float, on_changed: str | None = None
    ) -> None:
        super().__init__(flow, key_of(message), message["message_uuid"], at)
        self.is_left_out = False
        self._message = message
        self._on_changed = on_changed

    def _go_on(self) -> None:
        self.is_left_out = False
        if not self._again():
            self._go_to_where_it_waits()
        elif self._has_come_too_late():
            self._begin()

    def _has_come_too_late(self) -> bool:
        """Whether it ended a chat, so that it is to begin the next one."""
        recorded = self._item.history.recorded
        return any(is_end(index, recorded, late=True) for index in places(self._uuid, None, recorded))

    def _repeat(self, begun: Mapping[str, Any], recorded: list[Recorded], index: int) -> None:
        self.is_left_out = self.is_left_out or is_end(index, recorded, late=False)
        super()._repeat(begun, recorded, index)

    def _begin_anew(self) -> None:
        self._begin(self._on_changed)

    def _go_to_where_it_waits(self) -> None:
        history, waiting, apology = self._item.history, None, None
        if history.begun and not history.has_ended:
            try:
                waiting = self._where_it_waits(history.begun)
            except DialogChangedError as failure:
                tell(failure)
                apology = self._on_changed
        if self._is_for_others(waiting):
            self.is_left_out = True
        elif waiting is None:
            self._begin(apology)
        else:
            self._answer(waiting)

    def _is_for_others(self, waiting: Waiting | None) -> bool:
        """Whether it is one of the words that no chat gets to see; after STOP the chat is over."""
        word = keyword(self._message)
        if not word or (waiting and answer_of(waiting).offers(self._message["text"])):
            return False
        if waiting and word == "stop":
            recorded = [ENDED, {"message_uuid": self._uuid}, self._at]
            self._segment(waiting.index, {f"s{waiting.index}": recorded})
        return True

    def _begin(self, apology: str | None = None) -> None:
        begun = {**self._message, "at": self._at}
        if apology:
            chat = Chat(begun)
            chat.say(apology)
            said = chat.written_out()
            self.commands += [{**command, "id": f"{command['id']}.changed"} for command in said]
        self._segment(-1, {"begun": begun})

    def _answer(self, waiting: Waiting) -> None:
        """The message is what the chat waits for, unless it comes too late."""
        step = answer_of(waiting)
        history = self._item.history
        if self._is_just_asked or self._at <= deadline_of(waiting, history.begun or {}, history.recorded):
            result = [step.kind, step.kept(self._message), self._at]
            self._segment(waiting.index, {f"s{waiting.index}": result})
            return
        self._no_answer(waiting)
        if step.ends_late:
            self._begin()
