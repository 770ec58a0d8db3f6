"""The answer webhook of a call that is a dialog: the call's beginning, its steps, and the news of its end."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, cast, overload

from switchboard import telemetry
from switchboard.dialogs import sentences
from switchboard.dialogs.calls import events
from switchboard.dialogs.calls.arrival import Arrival
from switchboard.dialogs.calls.place import Place
from switchboard.dialogs.calls.run import LIFETIME_S, LONGEST_STEP_S, CallRun
from switchboard.dialogs.calls.steps import Last, ask_again
from switchboard.dialogs.history import TABLE
from switchboard.environment import tells_all
from switchboard.errors import DialogChangedError, DialogError, HistoryError
from switchboard.reading import msisdn
from switchboard.webhooks.deadline import caller_waits_s
from switchboard.webhooks.decorators import ANSWER
from switchboard.webhooks.outcome import of_failure, with_status
from switchboard.webhooks.pipeline import Webhook, current, signature_secrets, told
from switchboard.webhooks.policy import WAITING
from switchboard.webhooks.reply import FlowReply, read_reply, with_caller

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from switchboard.dialogs.calls.run import CallFlow
    from switchboard.dialogs.replay import Waiting
    from switchboard.ncco import Ncco
    from switchboard.webhooks.outcome import Outcome, Response
    from switchboard.webhooks.reception import Reception

# How often a notification is put off until the event with the recording's address has come, a second each.
_MOST_WAITS = 3

# What is recorded of a call is there for so long after its end: without it the function would hear of the end
# at its first question.
_REMEMBERED_S = LIFETIME_S - LONGEST_STEP_S


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
            try:
                self._end(event["detail"], context)
            finally:
                response = told({})
            return response
        if event.get("requestContext", {}).get("http", {}).get("method") == "GET":
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
            return self._reply(run, run.begin()) or FlowReply("[]", run.commands)
        step = Arrival.of(received)
        assert step is not None  # noqa: S101 - as _respond has seen
        run = CallRun(self._dialog, step.request())
        try:
            return self._step(run, step) or FlowReply(None, run.commands)
        except DialogChangedError as failure:
            run.leave()
            telemetry.outcome("DialogChanged", "answer", "ERROR", failure, reason=str(failure))
            return read_reply(self._on_changed or _farewell(run), "event")

    def _step(self, run: CallRun, step: Arrival) -> FlowReply | None:
        place, event = step.place, step.event
        if events.is_answer(place.kind, event):
            run.annotate(place.index, True)  # noqa: FBT003 - JSON
            return None
        if place.kind == "record" and "payload" in event:
            history = run.annotate(place.index, True)  # noqa: FBT003
            if place.index < len(history.recorded):
                return self._reply(run, run.go_on(history, place.index, place.checksum))
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
        return self._reply(run, run.resume(place.index, place.checksum, recorded))

    def _reply(self, run: CallRun, waiting: Waiting | None) -> FlowReply | None:
        """The NCCO that a call goes on with; None where nothing is left to say."""
        actions: list[Any] = run.call.actions()
        steps: list[Any] = []
        facts: dict[str, object] = {}
        if run.gave_up:
            actions += _farewell(run)
        if waiting:
            place = _place(run, waiting)
            payload = place.fields() | ({} if run.history else {"call": dict(run.call.request)})
            (actions if waiting.step.kind == Last.kind else steps).extend(
                cast(Any, waiting.step).actions(place.url(), payload)
            )
            facts = {"waits": f"{waiting.file}:{waiting.line} {waiting.step.kind}"}
        if run.call.is_over or not (actions or steps):
            return None
        # The event function hears of what a step doesn't wait for.
        actions = with_caller(actions, current.get()._replace(caller=run.call.request))
        return read_reply([*actions, *steps, *run.commands], "event")._replace(facts=facts)

    def _try(self, payload: Any) -> FlowReply:  # noqa: ANN401 - what Vonage said
        """A deployment tries itself: nothing is written or done, up to the first step or effect."""
        if not os.environ.get(TABLE):
            raise DialogError("the answer function is a dialog: deploy with the parameter Dialogs=true")
        run = CallRun(self._dialog, {**payload, "at": time.time()})
        reply = self._reply(run, run.try_out()) or FlowReply("[]", ())
        return reply._replace(commands=())

    def _end(self, envelope: Mapping[str, Any], context: object) -> None:
        """A leg is over. What the function does then has nobody to answer to."""
        from switchboard.aws import queues
        from switchboard.dialogs.unanswered import unanswered

        leg = envelope["payload"]
        ids = telemetry.describe(leg)
        if time.time() - envelope["received_at"] > _REMEMBERED_S:
            telemetry.outcome("Forgotten", "answer", "WARNING", **ids)
            return
        began_at = envelope["received_at"] - (events.duration_s(leg))
        run = CallRun(self._dialog, {**leg, "conversation_uuid": envelope["subject"], "at": began_at})
        is_inbound = leg.get("direction") == "inbound"
        with unanswered("answer", "when its call was over", ids):
            # Without Lambda's context this is the only process that there is.
            was_told = run.end(leg.get("uuid"), is_inbound=is_inbound, is_alone=context is None)
        queues.put_commands(run.commands, run.call.id)
        if was_told:
            telemetry.outcome("Ended", "answer", "INFO", **ids)


def _place(run: CallRun, waiting: Waiting) -> Place:
    request = run.call.request
    return Place(
        key=run.call.id,
        index=waiting.index,
        kind=waiting.step.kind,
        checksum=waiting.checksum,
        line=waiting.line,
        began_ms=round(request["at"] * 1000),
        region_url=str(request.get("region_url", "")),
    )


def _farewell(run: CallRun) -> list[Any]:
    """What is left to say to somebody whom the dialog can't go on with."""
    language = run.call.language
    spoken = {"language": language} if language else {}
    text = sentences.in_language(sentences.GOODBYE, language)
    actions: list[Any] = [{"action": "talk", "text": text, **spoken}]
    number = msisdn(os.environ.get("FALLBACK_NUMBER", ""))
    if number and number != run.call.called:
        endpoint = {"type": "phone", "number": number}
        actions.append({"action": "connect", "endpoint": [endpoint], "randomFromNumber": True})
    return actions
