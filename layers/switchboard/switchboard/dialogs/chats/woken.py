"""Nobody has written in time: the chat goes on without an answer, or hears that it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchboard.dialogs.chats.recorded import deadline_of
from switchboard.dialogs.chats.run import ChatRun, tell
from switchboard.dialogs.chats.wake import Wake
from switchboard.errors import DialogChangedError

if TYPE_CHECKING:
    from switchboard.dialogs.chats.run import ChatFlow


class WakeRun(ChatRun):
    """What becomes of a wake-up call; nothing if the customer was faster, or it comes twice.

    Nobody's clock is asked: that it has come says that the time is over.

    Args:
        flow: the user's function.
        wake: the call.

    Attributes:
        is_too_late: whether it was time, and nobody has answered.
    """

    def __init__(self, flow: ChatFlow, wake: Wake) -> None:
        super().__init__(flow, wake.chat, wake.uuid, wake.at)
        self.is_too_late = False
        self._wake = wake

    def _go_on(self) -> None:
        self.is_too_late = self._again()
        if self.is_too_late or not self._is_waited_for():
            return
        begun = self._item.history.begun or {}
        try:
            waiting = self._where_it_waits(begun)
        except DialogChangedError as failure:  # whoever writes next begins anew
            tell(failure)
            return
        if waiting is None:
            return
        deadline = deadline_of(waiting, begun, self._item.history.recorded)
        if deadline > self._at:  # code of today waits longer than that of then
            self.wakes.append(Wake(self._wake.chat, self._wake.began, waiting.index, deadline))
        else:
            self._no_answer(waiting)
            self.is_too_late = True

    def _is_waited_for(self) -> bool:
        """Whether it is still this chat that is going on, and the same question that it waits with."""
        history = self._item.history
        is_this_one = history.begun is not None and history.begun["message_uuid"] == self._wake.began
        return is_this_one and not history.has_ended and len(history.recorded) == self._wake.step
