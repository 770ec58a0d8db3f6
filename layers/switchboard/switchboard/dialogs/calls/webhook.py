"""The answer webhook of a call that is a dialog: the call's beginning, and what its steps wait for."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, overload

from switchboard import telemetry
from switchboard.dialogs.calls import events
from switchboard.dialogs.calls.arrival import Arrival
from switchboard.dialogs.calls.reply import farewell, reply
from switchboard.dialogs.calls.run import CallRun
from switchboard.dialogs.calls.steps import ask_again
from switchboard.dialogs.history import TABLE
from switchboard.environment import tells_all
from switchboard.errors import DialogChangedError, DialogError, HistoryError
from switchboard.webhooks.deadline import caller_waits_s
from switchboard.webhooks.decorators import ANSWER
from switchboard.webhooks.outcome import of_failure, with_status
from switchboard.webhooks.pipeline import Webhook, current, signature_secrets, told
from switchboard.webhooks.policy import WAITING
from switchboard.webhooks.reply import FlowReply, read_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from switchboard.dialogs.calls.run import CallFlow
    from switchboard.ncco import Ncco
    from switchboard.webhooks.outcome import Outcome, Response
    from switchboard.webhooks.reception import Reception

# How often a notification is put off until the event with the recording's address has come, a second each.
_MOST_WAITS = 3


@overload
def call_dialog(flow: CallFlow, /) -> CallDialog: ...
@overload
def call_dialog(*, on_changed: Ncco) -> Callable[[CallFlow], CallDialog]: ...
def call_dialog(flow: CallFlow | None = None, /, *, on_changed: Ncco | None = None) -> Any:
    """Decorate the async function that a call is, in `functions/answer/app.py`.

    It is run again from its beginning at each webhook of the call, with the results that are recorded;
    docs/dialogs.md has the rules that follow from that. The stack needs the parameter `Dialogs`.

    Args:
        flow: the function.
        on_changed: the NCCO for a call that began with other code, whose history no longer fits. Without it
            the caller hears an apology and is connected to the stack's FallbackNumber, if there is one.
    """
    if flow is None:
        return lambda decorated: CallDialog(decorated, on_changed)
    return CallDialog(flow)


class CallDialog(Webhook[Any, Any]):
    """A Lambda handler around a call's dialog. The function itself stays reachable as `flow`."""

    # For the test kit, which tells it of its call's end as the event bus does.
    is_dialog = True

    def __init__(self, flow: CallFlow, on_changed: Ncco | None = None) -> None:
        super().__init__(ANSWER, flow)
        self._dialog = flow
        self._on_changed = on_changed
        self._is_read = False

    def __call__(self, event: Mapping[str, Any], context: object = None) -> Response:
        """The response to a request of Vonage's; nothing to the event bus, which says that a leg is over.

        Raises:
            SwitchboardError: the end could not be recorded, or the function failed at it; Lambda tries again.
        """
        if "detail-type" in event:
            from switchboard.dialogs.calls import ending  # no caller waits for it

            try:
                # Without Lambda's context this is the only process that there is.
                ending.hear(self._dialog, event["detail"], is_alone=context is None)
            finally:
                response = told({})
            return response
        if _is_fetch(event):
            return self._tell_note(event)
        if tells_all() and not self._is_read:
            self._read()
        return super().__call__(event, context)

    def _tell_note(self, event: Mapping[str, Any]) -> Response:
        """What somebody who is called hears first."""
        from switchboard.dialogs.calls import note as notes

        try:
            outcome = notes.told(event, signature_secrets())
        except Exception as failure:  # noqa: BLE001 - a bug of ours must not cost a call
            outcome = of_failure(failure, self._policy)
        facts = {"event": "note", **outcome.facts, "status": outcome.response["statusCode"]}
        telemetry.outcome(outcome.name, "answer", outcome.severity, outcome.failure, **facts)
        return told(outcome.response)

    def _read(self) -> None:
        """Tell whoever is at a laptop, once, what is doubtful about the code."""
        from switchboard.dialogs import doubts

        self._is_read = True
        for sentence in doubts.of(self._dialog):
            telemetry.outcome("Doubtful", "answer", "WARNING", reason=sentence)

    def _respond(self, received: Reception, context: object) -> Outcome:
        try:
            if not received.is_misdirected:
                return super()._respond(received, context)
            step = Arrival.of(received)
            if step is None:
                return self._lost(received, context)
            return self._flow_first(step.kept(received), caller_waits_s(received.request, context))
        except HistoryError as failure:
            return with_status("Unavailable", 503, failure, reason=str(failure))

    def _lost(self, received: Reception, context: object) -> Outcome:
        """An event without a step. Whoever waits for the reply to one is better off with the fallback."""
        outcome = super()._respond(received, context)
        if received.name not in WAITING:
            return outcome
        reason = "the address of a dialog's step isn't as it was written"
        return with_status("FlowFailed", self._policy.flow_failed, reason=reason)

    def _call(self, payload: Any) -> FlowReply:  # noqa: ANN401 - what Vonage said
        received = current.get()
        if received.is_check:
            return self._try(payload)
        if not received.is_misdirected:
            run = CallRun(self._dialog, {**payload, "at": round(received.request.received_at, 3)})
            return reply(run, run.begin()) or FlowReply("[]", run.commands)
        step = Arrival.of(received)
        assert step is not None  # noqa: S101 - as _respond has seen
        run = CallRun(self._dialog, step.request())
        try:
            return self._step(run, step) or FlowReply(None, run.commands)
        except DialogChangedError as failure:
            run.leave()
            telemetry.outcome("DialogChanged", "answer", "ERROR", failure, reason=str(failure))
            return read_reply(self._on_changed or farewell(run), "event")

    def _step(self, run: CallRun, step: Arrival) -> FlowReply | None:
        place, event = step.place, step.event
        if events.is_answer(place.kind, event):
            run.annotate(place.index, True)  # noqa: FBT003 - JSON
            return None
        if place.kind == "record" and "payload" in event:
            history = run.annotate(place.index, True)  # noqa: FBT003
            if place.index < len(history.recorded):
                return reply(run, run.go_on(history, place.index, place.checksum))
            if step.tries < _MOST_WAITS:
                payload = {**place.fields(), "tries": step.tries + 1}
                return read_reply(ask_again(place.url(), payload, seconds=1), "event")
            result: Any = {}
        else:
            result = events.result(place.kind, event)
        if result is events.NOTHING:
            return None
        if place.kind == "secret":
            result = run.check(place.index, result)
        recorded = [place.kind, result, step.at]
        if not events.is_read(place.kind, event):
            run.keep(place.index, place.checksum, recorded)
            return None
        return reply(run, run.resume(place.index, place.checksum, recorded))

    def _try(self, payload: Any) -> FlowReply:  # noqa: ANN401 - what Vonage said
        """A deployment tries itself: nothing is written or done, up to the first step or effect."""
        if not os.environ.get(TABLE):
            raise DialogError("the answer function is a dialog: deploy with the parameter Dialogs=true")
        run = CallRun(self._dialog, {**payload, "at": time.time()})
        tried = reply(run, run.try_out()) or FlowReply("[]", ())
        return tried._replace(commands=())


def _is_fetch(event: Mapping[str, Any]) -> bool:
    """Whether it is a GET, whatever else it is."""
    context = event.get("requestContext")
    http = context.get("http") if isinstance(context, dict) else None
    return isinstance(http, dict) and http.get("method") == "GET"
