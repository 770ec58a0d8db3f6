"""What happens to every webhook request, whatever the flow does.

API Gateway event → raw request → signature over the raw bytes → payload → event queue and flow → response.
Where a caller waits for the reply the flow runs first and the queues get little time. Everything else is in
the queue before the flow runs, so that a failing flow loses nothing. What is plainly another webhook's is
queued, and no flow runs. Whatever commands a flow returned are queued behind it.
"""

import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Generic, TypeVar, cast

from switchboard import telemetry
from switchboard.envelope import derive
from switchboard.environment import given, tells_all
from switchboard.errors import AwsError, DialogError, HistoryError, NccoError, ReturnedError
from switchboard.ncco import Ncco, as_wire
from switchboard.webhooks.applications import Applications
from switchboard.webhooks.deadline import Late, caller_waits_s, is_late, lambda_left_s, queues_wait_s, within
from switchboard.webhooks.outcome import Outcome, Response, json_response, of_failure, with_status
from switchboard.webhooks.policy import PERHAPS_WAITING, WAITING, Policy
from switchboard.webhooks.reception import Reception, receive
from switchboard.webhooks.reply import FlowReply, foretell, read_reply, to_json
from switchboard.webhooks.signature_secrets import SignatureSecrets

Payload = TypeVar("Payload")
Returned = TypeVar("Returned")
Flow = Callable[[Payload], Returned | Awaitable[Returned]]

_secrets = SignatureSecrets()
_applications = Applications()
current: ContextVar[Reception] = ContextVar("reception")


def signature_secrets() -> SignatureSecrets:
    """The account's signature secrets, for a request that isn't signed by one."""
    return _secrets


class Webhook(Generic[Payload, Returned]):
    """A Lambda handler around a flow. The flow itself stays reachable as `flow`, for tests."""

    def __init__(self, policy: Policy, flow: Flow[Payload, Returned], on_late: Ncco | None = None) -> None:
        self.flow = flow
        self.__doc__ = flow.__doc__
        self._policy = policy
        self._on_late = None if on_late is None else json_response(to_json(as_wire(on_late)))
        _secrets.settle()  # the last thing that a function does when it starts

    def __call__(self, event: Mapping[str, Any], context: object = None) -> Response:
        """The response to one request. Never raises: every failure has a status of its own."""
        if "detail-type" in event:
            return {}  # from the bus, for an answer function that is a dialog, and this is none
        started = time.monotonic()
        known: dict[str, object] = {}
        try:
            received = receive(event, self._policy.name, _secrets, _applications)
            ids = telemetry.describe(received.payload)
            known = {"event": received.name, **ids}
            telemetry.bind(ids)
            current.set(received)
            outcome = self._respond(received, context)
            if outcome.commands and tells_all():
                foretell(self._policy.name, outcome.commands)
        except Exception as failure:  # noqa: BLE001 - a bug of ours must not cost a call
            outcome = of_failure(failure, self._policy)
        spent = {"status": outcome.response["statusCode"], "ms": round((time.monotonic() - started) * 1000)}
        facts = {**known, **outcome.facts, **spent}
        telemetry.outcome(outcome.name, self._policy.name, outcome.severity, outcome.failure, **facts)
        return told(outcome.response)

    def _respond(self, received: Reception, context: object) -> Outcome:
        if received.is_misdirected:
            return self._record_only(received)
        if received.is_check:
            return self._check(received, caller_waits_s(received.request, context))
        if not self._policy.queued or received.name in WAITING or received.name in PERHAPS_WAITING:
            return self._flow_first(received, caller_waits_s(received.request, context))
        return self._queue_first(received, lambda_left_s(context))

    def _record_only(self, received: Reception) -> Outcome:
        """It is plainly another webhook's: somebody sent it on, or an address is wrong. Nothing is lost."""
        if not received.is_check:
            _enqueue(received)
        return with_status("Misdirected", self._policy.misdirected)

    def _check(self, received: Reception, seconds: float) -> Outcome:
        """A deployment tries itself: an answer's flow is run for its NCCO, nothing else is done."""
        if self._policy.queued:
            return with_status("Checked", self._policy.nothing)
        outcome = self._run(received, seconds, self._policy.flow_failed)
        if outcome.response["statusCode"] < 300:
            return outcome._replace(name="Checked")
        return outcome.told()

    def _queue_first(self, received: Reception, seconds: float) -> Outcome:
        """Nobody waits. Once the event is queued, a failing flow is no reason to have it sent again."""
        from switchboard.aws import queues

        _enqueue(received)
        if self._is_for_the_stack(received):
            return with_status("Consent", self._policy.nothing)
        outcome = self._run(received, seconds, self._policy.nothing)
        queues.put_commands(outcome.commands, received.subject)
        return outcome

    def _is_for_the_stack(self, received: Reception) -> bool:
        """Whether it is an opt-out, or a call for help: whoever carries out commands sees to that."""
        if self._policy.name != "inbound" or not given("SWITCHBOARD_CONSENT_SCOPE"):
            return False
        from switchboard.reach import hearing

        return hearing.is_ours(received.payload)

    def _flow_first(self, received: Reception, seconds: float) -> Outcome:
        """A caller waits. An NCCO is returned whatever becomes of the queues."""
        outcome = self._run(received, seconds, self._policy.flow_failed)
        left = list(outcome.commands)
        is_event = self._is_event(received)
        if not (left or is_event):
            return outcome

        def enqueue() -> None:
            from switchboard.aws import queues  # an answer without commands never loads it

            if is_event:
                queues.put_event(received.envelope)
            while left:
                queues.put_commands(left[:1], received.subject)
                del left[0]

        try:
            within(queues_wait_s(received.request), enqueue)
        except (Exception, Late) as failure:
            if outcome.name == "Accepted" and received.name in PERHAPS_WAITING:
                raise AwsError("SendMessage", type(failure).__name__, retryable=True) from failure
            ids = {"id": received.envelope["id"]} | (
                {"commands": [each["id"] for each in left]} if left else {}
            )
            telemetry.outcome("NotQueued", self._policy.name, "ERROR", failure, **ids)
        return outcome

    def _run(self, received: Reception, seconds: float, failed: int) -> Outcome:
        """What the flow makes of the payload in so many seconds; `failed` is the status if it does not."""
        try:
            reply = within(seconds, lambda: self._call(cast(Payload, received.payload)))
        except HistoryError:
            raise  # it has to come again
        except (DialogError, NccoError, ReturnedError) as failure:
            return with_status("FlowFailed", failed, failure, reason=str(failure))
        except BaseException as failure:  # noqa: BLE001 - whatever the user's flow raises, sys.exit() included
            if is_late(failure):
                reason = f"the flow was stopped after {max(seconds, 0):.1f} s"
                return Outcome(
                    "Late", self._on_late or {"statusCode": failed}, (), {"reason": reason}, failure
                )
            return with_status("FlowFailed", failed, failure, **telemetry.where(failure))
        is_event = self._is_event(received)
        commands: Sequence[Mapping[str, Any]] = ()
        if reply.commands:
            about = received.body if is_event else received.answered
            commands = derive(self._policy.name, about, reply.commands)
        if reply.ncco is not None:
            return Outcome("Answered", json_response(reply.ncco), commands, reply.facts)
        nothing = self._policy.misdirected if is_event else self._policy.nothing
        return Outcome("Accepted", {"statusCode": nothing}, commands, reply.facts)

    def _is_event(self, received: Reception) -> bool:
        """Whether it goes to the queue. A dialog hears what happens to its call where it is asked."""
        return self._policy.queued or received.is_misdirected

    def _call(self, payload: Payload) -> FlowReply:
        returned = self.flow(payload)
        if isinstance(returned, Awaitable):
            from switchboard.webhooks.event_loop import run  # 40 ms, for async flows alone

            returned = run(cast(Coroutine[Any, Any, Returned], returned), self._policy.name)
        return read_reply(returned, self._policy.name, current.get())


def told(response: Response) -> Response:
    """A response; on a laptop it carries what was said since the one before."""
    if not tells_all():
        return response
    from switchboard import telling

    return cast(Response, telling.enclosed(response))


def _enqueue(received: Reception) -> None:
    """Put an event in its queue, once what is too large for that is in the bucket."""
    from switchboard.aws import queues

    if received.is_large:
        from switchboard.webhooks import large

        large.keep(received.envelope, received.body)
    queues.put_event(received.envelope)
