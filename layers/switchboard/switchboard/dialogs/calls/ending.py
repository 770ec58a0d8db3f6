"""A call is over: its function hears it, once, and goes on by itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from switchboard import telemetry
from switchboard.aws import queues
from switchboard.dialogs.calls import events
from switchboard.dialogs.calls.run import LIFETIME_S, LONGEST_STEP_S, CallRun
from switchboard.dialogs.calls.steps import Connect, Record
from switchboard.dialogs.history import History
from switchboard.dialogs.unanswered import unanswered
from switchboard.errors import HistoryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from switchboard.dialogs.calls.run import CallFlow

# After so long whoever was at work on a call is no more: Lambda ends a function after 10 s (template.yaml).
_AT_WORK_S = 12

_TO_THE_END = 1 << 30


# What is recorded of a call is there for so long after its end: without it the function would hear of the end
# at its first question.
_REMEMBERED_S = LIFETIME_S - LONGEST_STEP_S


def hear(flow: CallFlow, envelope: Mapping[str, Any], *, is_alone: bool) -> None:
    """The event bus says that a leg is over. What the function does then has nobody to answer to.

    Args:
        flow: the user's function.
        envelope: the event.
        is_alone: whether nobody else can be at work on this call now.

    Raises:
        HistoryError: it could not be recorded, or an effect is under way; Lambda tries again.
        DialogError: the function failed.
    """
    leg = envelope["payload"]
    ids = telemetry.describe(leg)
    if time.time() - envelope["received_at"] > _REMEMBERED_S:
        telemetry.outcome("Forgotten", "answer", "WARNING", **ids)
        return
    began_at = envelope["received_at"] - events.duration_s(leg)
    begun = {**leg, "conversation_uuid": envelope["subject"], "at": began_at}
    run = Ending(flow, begun, is_alone=is_alone)
    with unanswered("answer", "when its call was over", ids):
        was_told = run.end(leg.get("uuid"), is_inbound=leg.get("direction") == "inbound")
    queues.put_commands(run.commands, run.call.id)
    if was_told:
        telemetry.outcome("Ended", "answer", "INFO", **ids)


class Ending(CallRun):
    """The news that a leg of a call is over.

    Args:
        flow: the user's function.
        request: what is known of the call's beginning.
        is_alone: whether nobody else can be at work on this call now.
    """

    def __init__(self, flow: CallFlow, request: Mapping[str, Any], *, is_alone: bool) -> None:
        super().__init__(flow, request)
        self._is_alone = is_alone

    def end(self, leg: object, *, is_inbound: bool) -> bool:
        """A leg of the call is over; gives whether it was the caller's, and somebody had to be told.

        Args:
            leg: its `uuid`.
            is_inbound: whether somebody called by it.

        Raises:
            HistoryError: it isn't known, or an effect is under way. It may be said again in a minute.
        """
        history = self._item.read()
        if history is None and not is_inbound:
            return False  # perhaps a call that we placed, and no dialog's
        if history and (history.was_left or (history.begun and history.begun.get("uuid") != leg)):
            return False
        self._only_looks = True
        waiting = self._adopt(history or History({})).play(_TO_THE_END)
        if waiting is None and history and history.has_ended and not self._has_to_do:
            self.commands = [*self.call.earlier, *self.call.commands]  # they may have got no further before
            return True
        if waiting is None and not (history and (self._has_to_do or self._nobody_went_on())):
            self.commands = []
            return False
        self._only_looks, self.commands = False, []
        self._adopt(self._item.end(self.call.request))
        self._go_on_alone(self.play(_TO_THE_END))
        return True

    def _make_way(self) -> None:
        """Whoever a webhook started just now may be at this effect, and will see that nobody is there.

        Raises:
            HistoryError: it may be. Lambda tries again in a minute.
        """
        if self._is_alone:
            return
        recorded = self.history.recorded if self.history else []
        last = float(recorded[-1][2]) if recorded else self.call.request["at"]
        if time.time() - last < _AT_WORK_S and not self._nobody_went_on():
            raise HistoryError("An effect of this call's dialog is under way.")

    def _nobody_went_on(self) -> bool:
        """Whether the last result is one that was only kept: the webhook to go on with never came."""
        if not (self.history and self.history.recorded):
            return False
        kind, result, _ = self.history.recorded[-1]
        if kind == Connect.kind:
            return "duration_s" in result or result["status"] == "machine"
        return kind == Record.kind and not self.history.note(len(self.history.recorded) - 1)
