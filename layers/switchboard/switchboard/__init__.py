"""The shared code of every Switchboard function.

What a flow needs is imported from here, `from switchboard import answer, talk`, and each name loads no more
than its own module: the answer function must not wait for what only others use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from switchboard.message_requests import MessageRequest, reply_to
    from switchboard.messages import Inbound as InboundMessage
    from switchboard.messages import Status as MessageStatus
    from switchboard.ncco import (
        Ncco,
        app,
        connect,
        conversation,
        input_,
        notify,
        phone,
        record,
        sip,
        stream,
        talk,
        transfer,
        vbc,
        wait,
        websocket,
    )
    from switchboard.rtc import Event as RtcEvent
    from switchboard.telemetry import logger
    from switchboard.voice import AnswerRequest
    from switchboard.voice_events import Event as VoiceEvent
    from switchboard.webhook import answer, event, inbound, rtc_event, status, webhook_url

__all__ = [
    "AnswerRequest", "InboundMessage", "MessageRequest", "MessageStatus", "Ncco", "RtcEvent", "VoiceEvent",
    "answer", "app", "connect", "conversation", "event", "inbound", "input_", "logger", "notify", "phone",
    "record", "reply_to", "rtc_event", "sip", "status", "stream", "talk", "transfer", "vbc", "wait",
    "webhook_url", "websocket",
]  # fmt: skip

# Every other name is the builder's in `ncco`.
_HOMES = {
    **dict.fromkeys(["answer", "event", "inbound", "rtc_event", "status", "webhook_url"], "webhook"),
    "AnswerRequest": "voice",
    "InboundMessage": "messages.Inbound",
    "MessageRequest": "message_requests",
    "MessageStatus": "messages.Status",
    "RtcEvent": "rtc.Event",
    "VoiceEvent": "voice_events.Event",
    "logger": "telemetry",
    "reply_to": "message_requests",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _HOMES.get(name, "ncco").partition(".")
    value = getattr(import_module(f"{__name__}.{module}"), attribute or name)
    globals()[name] = value
    return value
