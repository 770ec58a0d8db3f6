"""The decorators that make a Lambda handler of a flow, and what each webhook answers when something fails.

Vonage decides by the status what it does next; docs/webhooks.md has the whole table.

Source: Vonage, "Voice API Webhooks Reference" and the help articles "What happens if the NCCO download
request fails" (429, 503 and 504 are tried once more, other errors go to the fallback at once) and "How long
does Vonage retry inbound messages" (429 and 5xx for 24 h).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, overload

from switchboard.ncco import Ncco
from switchboard.webhooks.pipeline import Flow, Webhook
from switchboard.webhooks.policy import Policy

if TYPE_CHECKING:
    from switchboard.wire.commands import Commands, Reply
    from switchboard.wire.messages import Inbound as InboundMessage
    from switchboard.wire.messages import Status as MessageStatus
    from switchboard.wire.rtc import Event as RtcEvent
    from switchboard.wire.verify.callbacks import Callback as VerifyCallback
    from switchboard.wire.voice import AnswerRequest
    from switchboard.wire.voice_events import Event as VoiceEvent

# A refused answer goes to the fallback at once, which costs the caller less silence than a second try.
ANSWER = Policy("answer", refused=401, unavailable=500, flow_failed=500, nothing=500, queued=False)
# Elsewhere what is refused may come again: it may be genuine, when the secret was just rotated.
_EVENT = Policy("event", refused=503, unavailable=503, flow_failed=500, nothing=204)
# Messages come again for 24 h, and so may those that are too large: by then there may be a place for them.
INBOUND = Policy("inbound", refused=503, unavailable=503, flow_failed=200, nothing=200, too_large=503)
_STATUS = INBOUND._replace(name="status", too_large=413)
_VERIFY = Policy("verify", refused=503, unavailable=503, flow_failed=204, nothing=204)
_RTC = Policy("rtc_event", refused=503, unavailable=503, flow_failed=204, nothing=204)


@overload
def answer(flow: "Flow[AnswerRequest, Reply]", /) -> "Webhook[AnswerRequest, Reply]": ...
@overload
def answer(*, on_late: Ncco) -> "Callable[[Flow[AnswerRequest, Reply]], Webhook[AnswerRequest, Reply]]": ...
def answer(flow: Any = None, /, *, on_late: Ncco | None = None) -> Any:
    """Decorate the flow that says what a call does: it takes the request and returns an NCCO.

    Messages and commands that are in the same list are carried out. They are queued once the NCCO is known,
    which goes to the caller whatever becomes of them, and once only when Vonage asks twice.

    Args:
        flow: the function, plain or async.
        on_late: the NCCO to answer with when the flow takes longer than SWITCHBOARDANSWER_BUDGET_MS. Without
            it, as after an exception, Vonage is answered 500 and asks the fallback at once.
    """
    if flow is None:
        return lambda decorated: Webhook(ANSWER, decorated, on_late)
    return Webhook(ANSWER, flow)


def event(flow: "Flow[VoiceEvent, Reply | None]") -> "Webhook[VoiceEvent, Reply | None]":
    """Decorate the flow that hears what happens to a call.

    An NCCO that it returns replaces the rest of the call's, where Vonage reads one: after `input`, `notify`,
    `disconnected`, synchronous `connect` events and machine detection. None lets the call go on. Messages and
    commands that are in the same list are carried out.
    """
    return Webhook(_EVENT, flow)


def inbound(flow: "Flow[InboundMessage, Commands | None]") -> "Webhook[InboundMessage, Commands | None]":
    """Decorate the flow that receives messages, of every channel. A message that it returns is sent."""
    return Webhook(INBOUND, flow)


def status(flow: "Flow[MessageStatus, Commands | None]") -> "Webhook[MessageStatus, Commands | None]":
    """Decorate the flow that hears what became of a sent message."""
    return Webhook(_STATUS, flow)


def verify(flow: "Flow[VerifyCallback, Commands | None]") -> "Webhook[VerifyCallback, Commands | None]":
    """Decorate the flow that hears how a verification goes, with the stack's parameter Verify."""
    return Webhook(_VERIFY, flow)


def rtc_event(flow: "Flow[RtcEvent, Commands | None]") -> "Webhook[RtcEvent, Commands | None]":
    """Decorate the flow that hears the events of Client SDK users and conversations."""
    return Webhook(_RTC, flow)
