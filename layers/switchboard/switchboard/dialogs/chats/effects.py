"""The effects of one run of a chat: written down before and after, so that no other run does them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from switchboard.dialogs.chats.chat import WEEK
from switchboard.dialogs.chats.item import AGAIN_FOR_S
from switchboard.errors import DialogChangedError, HistoryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from switchboard.dialogs.chats.item import ChatItem
    from switchboard.dialogs.history import Recorded
    from switchboard.dialogs.steps import Do

# Until it is known what is waited for, and how long.
_LIFETIME_S = WEEK.total_seconds() + AGAIN_FOR_S

# After so long whoever was at an effect is no more: Lambda ends a function after 10 s (template.yaml).
_AT_WORK_S = 12


class Effects:
    """What a run does.

    Args:
        item: where it is written.
        claim: what is to be written before the first effect: the message that leads to it.
        at: the time of that message, which its effects have, too.
        may_be_anothers: whether what led here was written down before, by a run that may still be at it.

    Attributes:
        have_begun: whether there was one, so that the claim is written.
    """

    def __init__(
        self, item: ChatItem, claim: Mapping[str, Any], at: float, *, may_be_anothers: bool = False
    ) -> None:
        self.have_begun = False
        self._item = item
        self._claim = claim
        self._at = at
        self._may_be_anothers = may_be_anothers
        self._is_done = False

    def perform(self, step: Do[Any], index: int) -> list[Recorded]:
        """Do it, and remember its result.

        Raises:
            DialogChangedError: this step has waited for a message, and was no effect then.
            DialogError: there is no room for its result.
            HistoryError: another run is at it, or it can't be written.
        """
        if "begun" not in self._claim and self._item.history.note(index) is not None:
            raise DialogChangedError(f"an answer is “{step.kind}” now: {step.shape}")
        self._item.history.refuse_if_full()
        lifetime_s = _LIFETIME_S if self._claim else None
        if not self.have_begun:
            if self._may_be_anothers and self._item.worked_s_ago < _AT_WORK_S:
                raise HistoryError("An effect of this chat is under way.")
            self._item.write({**self._claim, "working": time.time()}, lifetime_s)
            self.have_begun = True
        result = [step.kind, step.perform(), self._at]
        self._item.write({f"s{index}": result, "working": time.time()}, lifetime_s)
        self._is_done = True
        return self._item.history.recorded

    def fail(self) -> None:
        """The function raised: nobody is at work any more, and a message that led to nothing never came."""
        if self.have_begun:
            self._item.take_back("working", *(() if self._is_done else self._claim))
