"""The shared code of every Switchboard function.

What a flow needs is imported from here, `from switchboard import answer, talk`, and each name loads no more
than its own module: the answer function must not wait for what only others use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from switchboard import whatsapp
    from switchboard.dialogs.calls.call import Call
    from switchboard.dialogs.calls.outcomes import ConnectOutcome, Recording
    from switchboard.dialogs.calls.webhook import call_dialog
    from switchboard.dialogs.chats.chat import Chat
    from switchboard.dialogs.chats.steps import ChatEnded
    from switchboard.dialogs.chats.webhook import message_dialog
    from switchboard.dialogs.dialog import sms
    from switchboard.dialogs.person import Person
    from switchboard.dialogs.steps import CallEnded
    from switchboard.errors import NoChoiceError
    from switchboard.messaging import message_to, reply_to
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
    from switchboard.reading import caller, caller_id
    from switchboard.telemetry import logger
    from switchboard.webhooks.addresses import query, webhook_url
    from switchboard.webhooks.decorators import answer, event, inbound, rtc_event, status, verify
    from switchboard.wire.commands import Commands, Reply
    from switchboard.wire.message_requests import MessageRequest
    from switchboard.wire.messages import Inbound as InboundMessage
    from switchboard.wire.messages import Status as MessageStatus
    from switchboard.wire.rtc import Event as RtcEvent
    from switchboard.wire.verify.callbacks import Callback as VerifyCallback
    from switchboard.wire.verify.requests import VerificationRequest
    from switchboard.wire.voice import AnswerRequest
    from switchboard.wire.voice_events import Event as VoiceEvent
    from switchboard.yours.secrets import secret
    from switchboard.yours.settings import settings
    from switchboard.yours.tables import table

__all__ = [
    "AnswerRequest", "Call", "CallEnded", "Chat", "ChatEnded", "Commands", "ConnectOutcome", "InboundMessage",
    "MessageRequest", "MessageStatus", "Ncco", "NoChoiceError", "Person", "Recording", "Reply", "RtcEvent",
    "VerificationRequest", "VerifyCallback", "VoiceEvent", "answer", "app", "call_dialog", "caller",
    "caller_id", "connect", "conversation", "event", "inbound", "input_", "logger", "message_dialog",
    "message_to", "notify", "phone", "query", "record", "reply_to", "rtc_event", "secret", "settings", "sip",
    "sms", "status", "stream", "table", "talk", "transfer", "vbc", "verify", "wait", "webhook_url",
    "websocket", "whatsapp",
]  # fmt: skip

# Module and name; every other name is the builder's in `ncco`.
_HOMES = {
    "Call": ("dialogs.calls.call", "Call"),
    "CallEnded": ("dialogs.steps", "CallEnded"),
    "Chat": ("dialogs.chats.chat", "Chat"),
    "ChatEnded": ("dialogs.chats.steps", "ChatEnded"),
    "message_dialog": ("dialogs.chats.webhook", "message_dialog"),
    "NoChoiceError": ("errors", "NoChoiceError"),
    "ConnectOutcome": ("dialogs.calls.outcomes", "ConnectOutcome"),
    "Person": ("dialogs.person", "Person"),
    "Recording": ("dialogs.calls.outcomes", "Recording"),
    "call_dialog": ("dialogs.calls.webhook", "call_dialog"),
    "sms": ("dialogs.dialog", "sms"),
    **{
        name: ("webhooks.decorators", name)
        for name in ("answer", "event", "inbound", "rtc_event", "status", "verify")
    },
    "AnswerRequest": ("wire.voice", "AnswerRequest"),
    "Commands": ("wire.commands", "Commands"),
    "InboundMessage": ("wire.messages", "Inbound"),
    "MessageRequest": ("wire.message_requests", "MessageRequest"),
    "MessageStatus": ("wire.messages", "Status"),
    "Reply": ("wire.commands", "Reply"),
    "RtcEvent": ("wire.rtc", "Event"),
    "VerificationRequest": ("wire.verify.requests", "VerificationRequest"),
    "VerifyCallback": ("wire.verify.callbacks", "Callback"),
    "VoiceEvent": ("wire.voice_events", "Event"),
    "caller": ("reading", "caller"),
    "caller_id": ("reading", "caller_id"),
    "query": ("webhooks.addresses", "query"),
    "webhook_url": ("webhooks.addresses", "webhook_url"),
    "logger": ("telemetry", "logger"),
    "secret": ("yours.secrets", "secret"),
    "settings": ("yours.settings", "settings"),
    "table": ("yours.tables", "table"),
    "message_to": ("messaging", "message_to"),
    "reply_to": ("messaging", "reply_to"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "whatsapp":
        return import_module(f"{__name__}.{name}")
    module, attribute = _HOMES.get(name, ("ncco", name))
    value = getattr(import_module(f"{__name__}.{module}"), attribute)
    globals()[name] = value
    return value
