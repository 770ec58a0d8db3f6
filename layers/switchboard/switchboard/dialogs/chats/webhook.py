"""The inbound webhook of messages that are chats."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Any, overload

from switchboard import telemetry
from switchboard.dialogs.chats.arrival import MessageRun
from switchboard.dialogs.chats.wake import Wake
from switchboard.dialogs.chats.words import is_of_a_chat, keyword
from switchboard.dialogs.history import TABLE
from switchboard.dialogs.steps import LONGEST_RESULT
from switchboard.environment import tells_all
from switchboard.webhooks.decorators import INBOUND
from switchboard.webhooks.outcome import with_status
from switchboard.webhooks.pipeline import Webhook, current, told
from switchboard.webhooks.reply import FlowReply, read_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from switchboard.dialogs.chats.run import ChatFlow
    from switchboard.webhooks.outcome import Outcome, Response
    from switchboard.webhooks.reception import Reception
    from switchboard.wire.commands import Commands
    from switchboard.wire.messages import Inbound

    Others = Callable[[Inbound], Commands | None]

_NO_TABLE = "the inbound function is a dialog: deploy with the parameter Dialogs=true"


@overload
def message_dialog(flow: ChatFlow, /) -> MessageDialog: ...
@overload
def message_dialog(
    *, on_changed: str | None = ..., others: Others | None = ...
) -> Callable[[ChatFlow], MessageDialog]: ...
def message_dialog(
    flow: ChatFlow | None = None, /, *, on_changed: str | None = None, others: Others | None = None
) -> Any:
    """Decorate the async function that a chat is, in `functions/inbound/app.py`.

    It is run again from its beginning at each message, with the results that are recorded; docs/chats.md has
    what follows from that. The stack needs the parameter `Dialogs`.

    Args:
        flow: the function.
        on_changed: what is said to somebody whose chat began with other code, and doesn't fit any more. The
            chat then begins anew with the message that has come.
        others: a flow as `inbound` takes it, for messages that no chat sees: STOP in any of its words, HELP,
            emojis given to a message, SMS from a name, e-mail. Without it nobody answers them.
    """
    if flow is None:
        return lambda decorated: MessageDialog(decorated, on_changed, others)
    return MessageDialog(flow)


class MessageDialog(Webhook[Any, Any]):
    """A Lambda handler around a chat. The function itself stays reachable as `flow`."""

    def __init__(self, flow: ChatFlow, on_changed: str | None = None, others: Others | None = None) -> None:
        super().__init__(INBOUND, flow)
        self._dialog = flow
        self._on_changed = on_changed
        self._others = others

    def _check(self, received: Reception, seconds: float) -> Outcome:
        if not os.environ.get(TABLE):
            return with_status("FlowFailed", 500, reason=_NO_TABLE).told()
        return super()._check(received, seconds)

    def __call__(self, event: Mapping[str, Any], context: object = None) -> Response:
        """The response to a message; nothing to EventBridge Scheduler, which says that a time is over.

        Raises:
            SwitchboardError: that could not be recorded, or the function failed at it; Lambda tries again.
        """
        if "detail-type" in event:
            try:
                self._wake(Wake(**event["detail"]))
            finally:
                response = told({})
            return response
        if tells_all():  # what is doubtful about the code is told before
            from switchboard.dialogs import doubts

            doubts.tell_of_chat(self._dialog)
        return super().__call__(event, context)

    def _is_for_the_stack(self, received: Reception) -> bool:
        """But for STOP, which ends the chat: that has to let go of what it holds, and says nothing then."""
        ends = is_of_a_chat(received.payload) and keyword(received.payload) == "stop"
        return not ends and super()._is_for_the_stack(received)

    def _call(self, payload: Any) -> FlowReply:  # noqa: ANN401 - what Vonage said
        if not is_of_a_chat(payload) or len(current.get().body) > LONGEST_RESULT:
            return self._left_out(payload)
        run = MessageRun(self._dialog, payload, _written_at(payload), self._on_changed)
        run.take()
        commands = read_reply(run.commands, "inbound").commands
        facts = {"waits": run.waits} if run.waits else {}
        if run.is_left_out:
            commands = [*commands, *self._left_out(payload).commands]
        return FlowReply(None, [*commands, *(wake.command() for wake in run.wakes)], facts)

    def _wake(self, wake: Wake) -> None:
        """Nobody has written in time. What the function does then has nobody to answer to."""
        from switchboard.aws import queues
        from switchboard.dialogs.chats.woken import WakeRun
        from switchboard.dialogs.unanswered import unanswered

        run = WakeRun(self._dialog, wake)
        with unanswered("inbound", "when nobody had answered", {"message_uuid": wake.began}):
            run.take()
            commands = read_reply(run.commands, "inbound").commands
        queues.put_commands([*commands, *(each.command() for each in run.wakes)], wake.began)
        if run.is_too_late:
            waits = {"waits": run.waits} if run.waits else {}
            telemetry.outcome("Woken", "inbound", "INFO", message_uuid=wake.began, **waits)

    def _left_out(self, payload: Any) -> FlowReply:  # noqa: ANN401 - what Vonage said
        returned = self._others(payload) if self._others else None
        return read_reply(returned, "inbound")


def _written_at(message: dict[str, Any]) -> float:
    """When a message was written, by Vonage's clock; if it doesn't say, when it arrived."""
    try:
        return datetime.fromisoformat(message["timestamp"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return current.get().request.received_at
