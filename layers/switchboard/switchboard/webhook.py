"""The decorators that make a Lambda handler of a flow, and the pipeline that they share.

API Gateway event → raw request → signature over the raw bytes → payload → flow → response. What each webhook
answers when a step fails decides what Vonage does next: docs/webhooks.md has the table.

Source: Vonage, "Webhooks" and the help article "What happens if the NCCO download request fails" (429, 503
and 504 are tried once more, other errors go to the fallback at once); the Messages API repeats after 429 and
5xx for 24 h.
"""

import json
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypedDict, TypeVar, cast, overload

from switchboard import request as http
from switchboard import settings, signature, telemetry
from switchboard.credentials import SignatureSecrets
from switchboard.deadline import Late, within
from switchboard.errors import BodyTooLargeError, SignatureError, SwitchboardError
from switchboard.ncco import Ncco, as_wire

if TYPE_CHECKING:
    from switchboard import AnswerRequest, InboundMessage, MessageStatus, RtcEvent, VoiceEvent

# What is left of Lambda's own time when a flow that nobody waits for is cut, so that Vonage still gets its
# reply.
_RESERVE_S = 0.5

_LEVELS: dict[str, telemetry.Level] = {"Answered": "INFO", "Accepted": "INFO", "Refused": "WARNING"}

Payload = TypeVar("Payload")
Reply = TypeVar("Reply")
Flow = Callable[[Payload], Reply | Awaitable[Reply]]

_secrets = SignatureSecrets()
_current: ContextVar[http.Request] = ContextVar("request")


class Response(TypedDict, total=False):
    """What API Gateway makes an HTTP response of (payload format version 2.0)."""

    statusCode: int
    headers: dict[str, str]
    body: str


class _Rules(NamedTuple):
    """What sets one webhook apart from the others. The numbers are HTTP status codes, but for `max_age_s`."""

    name: str
    max_age_s: float
    refused: int
    unavailable: int
    flow_failed: int
    nothing: int


# A refused answer goes to the fallback at once, which costs the caller less silence than a second try.
_ANSWER = _Rules("answer", 300, refused=401, unavailable=500, flow_failed=500, nothing=500)
# Anything else that is refused may be genuine after all (unsigned by mistake, or the secret was rotated):
# asked again.
_EVENT = _Rules("event", 300, refused=503, unavailable=503, flow_failed=500, nothing=204)
# Messages come again for 24 h, perhaps with the token they were first sent with.
_INBOUND = _Rules("inbound", 25 * 3600, refused=503, unavailable=503, flow_failed=200, nothing=200)
_STATUS = _INBOUND._replace(name="status")
_RTC = _Rules("rtcevent", 300, refused=503, unavailable=503, flow_failed=204, nothing=204)


class Webhook(Generic[Payload, Reply]):
    """A Lambda handler around a flow. The flow itself stays reachable as `flow`, for tests."""

    def __init__(self, rules: _Rules, flow: Flow[Payload, Reply], on_late: Ncco | None = None) -> None:
        self.flow = flow
        self.__doc__ = flow.__doc__
        self._rules = rules
        self._on_late = None if on_late is None else _with_json(_to_json(on_late))

    def __call__(self, event: Mapping[str, Any], context: object = None) -> Response:
        """The response to one request. Never raises: every failure has a status of its own."""
        started = time.monotonic()
        facts: dict[str, object] = {}
        try:
            name, response = self._respond(event, context, facts)
        except SignatureError as refusal:
            name, response = "Refused", {"statusCode": self._rules.refused}
            facts["reason"] = refusal.reason
        except BodyTooLargeError:
            name, response = "TooLarge", {"statusCode": 413}
        except SwitchboardError as failure:
            name, response = "Unavailable", {"statusCode": self._rules.unavailable}
            facts["reason"] = str(failure)
        except Exception as failure:  # noqa: BLE001 - a bug of ours must not cost a call
            name, response = "Failed", {"statusCode": self._rules.unavailable}
            facts |= telemetry.where(failure)
        level = _LEVELS.get(name, "ERROR")
        spent_ms = round((time.monotonic() - started) * 1000)
        telemetry.outcome(name, self._rules.name, level, status=response["statusCode"], ms=spent_ms, **facts)
        return response

    def _respond(
        self, event: Mapping[str, Any], context: object, facts: dict[str, object]
    ) -> tuple[str, Response]:
        request = http.read(event)
        authorization = request.headers.get("authorization")
        signature.verify(
            authorization, request.body, _secrets, now=time.time(), max_age_s=self._rules.max_age_s
        )
        payload = http.payload(request.body)
        facts |= telemetry.ids(payload)
        _current.set(request)
        try:
            ncco = within(self._seconds_left(request, context), lambda: self._run(cast(Payload, payload)))
        except Late:
            return "Late", self._on_late or {"statusCode": self._rules.flow_failed}
        except Exception as failure:  # noqa: BLE001 - whatever the user's flow raises
            facts |= telemetry.where(failure)
            return "FlowFailed", {"statusCode": self._rules.flow_failed}
        if ncco is not None:
            return "Answered", _with_json(ncco)
        nothing = self._rules.nothing
        return ("Accepted" if nothing < 300 else "FlowFailed"), {"statusCode": nothing}

    def _run(self, payload: Payload) -> str | None:
        """The flow's NCCO as JSON; one that cannot be written as JSON is the flow's own failure."""
        reply = self.flow(payload)
        if isinstance(reply, Awaitable):
            import asyncio  # 40 ms, for async flows alone

            reply = asyncio.run(cast(Coroutine[Any, Any, Reply], reply))
        return None if reply is None else _to_json(cast(Ncco, reply))

    def _seconds_left(self, request: http.Request, context: object) -> float:
        remaining_ms = getattr(context, "get_remaining_time_in_millis", None)
        lambda_s = remaining_ms() / 1000 - _RESERVE_S if remaining_ms else float("inf")
        return min(lambda_s, request.received_at + settings.answer_budget_s() - time.time())


@overload
def answer(flow: "Flow[AnswerRequest, Ncco]", /) -> "Webhook[AnswerRequest, Ncco]": ...
@overload
def answer(*, on_late: Ncco) -> "Callable[[Flow[AnswerRequest, Ncco]], Webhook[AnswerRequest, Ncco]]": ...
def answer(flow: Any = None, /, *, on_late: Ncco | None = None) -> Any:
    """Decorate the flow that says what a call does: it takes the request and returns an NCCO.

    Args:
        flow: the function, plain or async.
        on_late: the NCCO to answer with when the flow takes longer than SWITCHBOARD_ANSWER_BUDGET_MS. Without
            it, as after an exception, Vonage is answered 500 and asks the fallback at once.
    """
    if flow is None:
        return lambda decorated: Webhook(_ANSWER, decorated, on_late)
    return Webhook(_ANSWER, flow)


def event(flow: "Flow[VoiceEvent, Ncco | None]") -> "Webhook[VoiceEvent, Ncco | None]":
    """Decorate the flow that hears what happens to a call.

    An NCCO that it returns replaces the rest of the call's, where Vonage reads one: after `input`, `notify`,
    `disconnected`, synchronous `connect` events and machine detection. None lets the call go on.
    """
    return Webhook(_EVENT, flow)


def inbound(flow: "Flow[InboundMessage, None]") -> "Webhook[InboundMessage, None]":
    """Decorate the flow that receives messages, of every channel."""
    return Webhook(_INBOUND, flow)


def status(flow: "Flow[MessageStatus, None]") -> "Webhook[MessageStatus, None]":
    """Decorate the flow that hears what became of a sent message."""
    return Webhook(_STATUS, flow)


def rtc_event(flow: "Flow[RtcEvent, None]") -> "Webhook[RtcEvent, None]":
    """Decorate the flow that hears the events of Client SDK users and conversations."""
    return Webhook(_RTC, flow)


def webhook_url(name: str) -> str:
    """The absolute URL of another webhook of this stack, for `eventUrl`: `webhook_url("event")`.

    It is read from the request that is being handled, so it works inside a flow only.

    Raises:
        LookupError: no request is being handled.
    """
    return f"{_current.get().base_url}/webhooks/{name}"


def _to_json(ncco: Ncco) -> str:
    return json.dumps(as_wire(ncco), allow_nan=False)


def _with_json(ncco: str) -> Response:
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": ncco}
