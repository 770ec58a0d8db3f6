"""What happens to every webhook request, whatever the flow does.

API Gateway event → raw request → signature over the raw bytes → payload → event queue and flow → response.
Where a caller waits for the reply the flow runs first and the queue gets little time. Everything else is in
the queue before the flow runs, so that a failing flow loses nothing.
"""

import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Generic, NamedTuple, TypedDict, TypeVar, cast

from switchboard import request as http
from switchboard import settings, telemetry
from switchboard.envelope import Envelope, derive, wrap
from switchboard.errors import AwsError, BodyTooLargeError, NccoError, SignatureError, SwitchboardError
from switchboard.ncco import Ncco, as_wire
from switchboard.webhooks import signature
from switchboard.webhooks.classify import Webhook as WebhookName
from switchboard.webhooks.classify import classify
from switchboard.webhooks.deadline import Late, within
from switchboard.webhooks.reply import Reply, read_reply, to_json
from switchboard.webhooks.signature_secrets import SignatureSecrets

# What is left of Lambda's own time when a flow that nobody waits for is cut, so that Vonage still gets its
# reply.
_RESERVE_S = 0.5
# How long the queues may take together while a caller waits.
_ENQUEUE_S = 1.5

# After these Vonage reads an NCCO in the reply: somebody waits.
_WAITING = {"voice.input", "voice.notify", "voice.disconnected"}
# After these it does so only when the call was set up that way, which the event does not tell.
_PERHAPS_WAITING = {
    "voice.timeout", "voice.failed", "voice.unanswered", "voice.busy", "voice.rejected", "voice.cancelled",
    "voice.human", "voice.machine",
}  # fmt: skip

_LEVELS: dict[str, telemetry.Level] = {
    "Answered": "INFO",
    "Accepted": "INFO",
    "Unsigned": "INFO",
    "Checked": "INFO",
    "Refused": "WARNING",
}

# What the internet knocks with. It is answered as any refusal, but nobody has to hear of it.
_UNSIGNED = {"missing", "malformed", "algorithm"}

# The claim of a token that a deployment signs to try its own webhooks; it counts once the signature holds.
CHECK = "switchboard_check"

Payload = TypeVar("Payload")
Returned = TypeVar("Returned")
Flow = Callable[[Payload], Returned | Awaitable[Returned]]

_secrets = SignatureSecrets()
current: ContextVar[http.Request] = ContextVar("request")


class Response(TypedDict, total=False):
    """What API Gateway makes an HTTP response of (payload format version 2.0)."""

    statusCode: int
    headers: dict[str, str]
    body: str


class Rules(NamedTuple):
    """What sets one webhook apart from the others. All but the first two and the last are HTTP status codes.

    `refused`: the signature does not hold. `unavailable`: it could not be checked, or the event not be
    queued.
    `flow_failed`: the flow raised or was late while somebody waited. `nothing`: there is no NCCO to answer
    with.
    """

    name: WebhookName
    max_age_s: float
    refused: int
    unavailable: int
    flow_failed: int
    nothing: int
    queued: bool = True


class Outcome(NamedTuple):
    """How a request ended: its name in the log and in the metrics, and the response.

    `commands` are what is left to do; `facts` are what else the log says of it.
    """

    name: str
    response: Response
    commands: Sequence[Mapping[str, Any]] = ()
    facts: Mapping[str, object] = {}


class Webhook(Generic[Payload, Returned]):
    """A Lambda handler around a flow. The flow itself stays reachable as `flow`, for tests."""

    def __init__(self, rules: Rules, flow: Flow[Payload, Returned], on_late: Ncco | None = None) -> None:
        self.flow = flow
        self.__doc__ = flow.__doc__
        self._rules = rules
        self._on_late = None if on_late is None else _with_json(to_json(as_wire(on_late)))

    def __call__(self, event: Mapping[str, Any], context: object = None) -> Response:
        """The response to one request. Never raises: every failure has a status of its own."""
        started = time.monotonic()
        known: dict[str, object] = {}
        try:
            request = http.read(event)
            claims = self._verified(request)
            envelope = self._wrapped(request)
            ids = telemetry.describe(envelope["payload"])
            known = {"event": envelope["name"], **ids}
            telemetry.bind(ids)
            current.set(request)
            if claims.get(CHECK):
                outcome = self._check(envelope, _caller_waits_s(request, context))
            else:
                outcome = self._respond(envelope, request, context)
        except Exception as failure:  # noqa: BLE001 - a bug of ours must not cost a call
            outcome = self._failed(failure)
        spent = {"status": outcome.response["statusCode"], "ms": round((time.monotonic() - started) * 1000)}
        level = _LEVELS.get(outcome.name, "ERROR")
        telemetry.outcome(outcome.name, self._rules.name, level, **known, **outcome.facts, **spent)
        return outcome.response

    def _failed(self, failure: Exception) -> Outcome:
        match failure:
            case SignatureError():
                name = "Unsigned" if failure.reason in _UNSIGNED else "Refused"
                return _outcome(name, self._rules.refused, reason=failure.reason)
            case BodyTooLargeError():
                return _outcome("TooLarge", 413)
            case AwsError():
                return _outcome("NotQueued", self._rules.unavailable, reason=str(failure))
            case SwitchboardError():
                return _outcome("Unavailable", self._rules.unavailable, reason=str(failure))
        return _outcome("Failed", self._rules.unavailable, **telemetry.where(failure))

    def _verified(self, request: http.Request) -> Mapping[str, Any]:
        authorization, max_age_s = request.headers.get("authorization"), self._rules.max_age_s
        return signature.verify(authorization, request.body, _secrets, now=time.time(), max_age_s=max_age_s)

    def _wrapped(self, request: http.Request) -> Envelope:
        payload = http.payload(request.body)
        return wrap(self._rules.name, classify(self._rules.name, payload), request, payload)

    def _respond(self, envelope: Envelope, request: http.Request, context: object) -> Outcome:
        if not self._rules.queued:
            return self._run(envelope, _caller_waits_s(request, context), self._rules.flow_failed)
        if envelope["name"] in _WAITING or envelope["name"] in _PERHAPS_WAITING:
            return self._flow_first(envelope, _caller_waits_s(request, context))
        return self._queue_first(envelope, _lambda_left_s(context))

    def _check(self, envelope: Envelope, seconds: float) -> Outcome:
        """A deployment tries itself: an answer's flow is run for its NCCO, nothing else is done.

        Whoever signs as the account may hear why a flow failed.
        """
        if self._rules.queued:
            return _outcome("Checked", self._rules.nothing)
        outcome = self._run(envelope, seconds, self._rules.flow_failed)
        status = outcome.response["statusCode"]
        if status < 300:
            return outcome._replace(name="Checked")
        told = _with_json(to_json([{"outcome": outcome.name, **outcome.facts}]))
        return outcome._replace(response={**told, "statusCode": status})

    def _queue_first(self, envelope: Envelope, seconds: float) -> Outcome:
        """Nobody waits. Once the event is queued, a failing flow is no reason to have it sent again."""
        from switchboard.aws import queues

        queues.put_event(envelope)
        outcome = self._run(envelope, seconds, self._rules.nothing)
        queues.put_commands(outcome.commands, envelope["subject"])
        return outcome

    def _flow_first(self, envelope: Envelope, seconds: float) -> Outcome:
        """A caller waits. An NCCO is returned whatever becomes of the queues."""
        outcome = self._run(envelope, seconds, self._rules.flow_failed)

        def enqueue() -> None:
            from switchboard.aws import queues

            queues.put_event(envelope)
            queues.put_commands(outcome.commands, envelope["subject"])

        try:
            within(_ENQUEUE_S, enqueue)
        except (Exception, Late) as failure:
            if outcome.name == "Accepted" and envelope["name"] in _PERHAPS_WAITING:
                raise AwsError("SendMessage", type(failure).__name__, retryable=True) from failure
            telemetry.outcome("NotQueued", self._rules.name, "ERROR", id=envelope["id"])
        return outcome

    def _run(self, envelope: Envelope, seconds: float, failed: int) -> Outcome:
        """What the flow makes of the payload in so many seconds; `failed` is the status if it does not."""
        try:
            reply = within(seconds, lambda: self._call(cast(Payload, envelope["payload"])))
        except Late:
            return Outcome("Late", self._on_late or {"statusCode": failed})
        except NccoError as failure:
            return _outcome("FlowFailed", failed, reason=str(failure))
        except Exception as failure:  # noqa: BLE001 - whatever the user's flow raises
            return _outcome("FlowFailed", failed, **telemetry.where(failure))
        commands = derive(envelope, reply.commands)
        if reply.ncco is not None:
            return Outcome("Answered", _with_json(reply.ncco), commands)
        name = "Accepted" if self._rules.nothing < 300 else "FlowFailed"
        return Outcome(name, {"statusCode": self._rules.nothing}, commands)

    def _call(self, payload: Payload) -> Reply:
        returned = self.flow(payload)
        if isinstance(returned, Awaitable):
            import asyncio  # 40 ms, for async flows alone

            returned = asyncio.run(cast(Coroutine[Any, Any, Returned], returned))
        return read_reply(returned)


def _caller_waits_s(request: http.Request, context: object) -> float:
    """Seconds until the caller has waited long enough."""
    return min(request.received_at + settings.answer_budget_s() - time.time(), _lambda_left_s(context))


def _lambda_left_s(context: object) -> float:
    """Seconds until Lambda ends the function, less what the response takes."""
    remaining_ms = getattr(context, "get_remaining_time_in_millis", lambda: 900_000)()
    return float(remaining_ms) / 1000 - _RESERVE_S


def _outcome(name: str, status: int, **facts: object) -> Outcome:
    return Outcome(name, {"statusCode": status}, facts=facts)


def _with_json(ncco: str) -> Response:
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": ncco}
