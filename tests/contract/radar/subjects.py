"""What is compared: each of our wire types that an SDK has a type for, by a name of its own."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from pydantic import TypeAdapter
from switchboard.wire.actions import Action
from switchboard.wire.applications import Application
from switchboard.wire.call_requests import Callee, CallRequest, CallUpdate
from switchboard.wire.endpoints import Endpoint
from switchboard.wire.message_requests import MessageRequest, MessageUpdate, ReplyingIndicator
from switchboard.wire.shapes import Shape, tags
from switchboard.wire.verify.callbacks import ChannelEvent, Summary
from switchboard.wire.verify.requests import Channel, VerificationRequest
from switchboard.wire.voice import AnswerRequest

from tests.contract.radar.fields import Field, fields

Fields = dict[str, Field]

# An SDK's classes for one shape, as `module:name` for Python and `package:name` for Node.
Names = Sequence[str]


class Subject(NamedTuple):
    """One shape as we have it, and what the SDKs call it; nothing for an SDK that has no type for it.

    What lies below `apart` is compared as a subject of its own.
    """

    ours: Shape
    python: Names = ()
    node: Names = ()
    apart: Names = ()

    def cut(self, known: Fields) -> Fields:
        """The fields without those that are compared elsewhere."""
        inside = tuple(f"{path}{joint}" for path in self.apart for joint in (".", "["))
        return {path: field for path, field in known.items() if not path.startswith(inside)}


def _each(prefix: str, union: Any, key: str, named: dict[str, Subject]) -> dict[str, Subject]:  # noqa: ANN401 - a shape
    """A subject for each member of a tagged union, our side filled in; the SDKs' names may be missing."""
    known = tags(union, key)
    return {
        f"{prefix}.{tag}": named.get(tag, Subject(shape))._replace(ours=shape) for tag, shape in known.items()
    }


def _words(union: Any, key: str) -> Any:  # noqa: ANN401 - shapes
    return Literal[tuple(tags(union, key))]


def _sdk(python: Names = (), node: Names = (), apart: Names = ()) -> Subject:
    return Subject(None, python, node, apart)


_NCCO = "vonage_voice.models.ncco"
_ENDPOINTS = "vonage_voice.models.connect_endpoints"
_REQUESTS = "vonage_voice.models.requests"
_COMMON = "vonage_voice.models.common"
_MESSAGES = "vonage_messages.models"

_ACTIONS = {
    "talk": _sdk([f"{_NCCO}:Talk"], ["voice:TalkAction"]),
    "stream": _sdk([f"{_NCCO}:Stream"], ["voice:StreamAction"]),
    "input": _sdk([f"{_NCCO}:Input"], ["voice:InputAction"]),
    "record": _sdk([f"{_NCCO}:Record"], ["voice:RecordAction"]),
    "conversation": _sdk([f"{_NCCO}:Conversation"], ["voice:ConversationAction"]),
    "connect": _sdk([f"{_NCCO}:Connect"], ["voice:ConnectAction"], apart=("endpoint",)),
    "notify": _sdk([f"{_NCCO}:Notify"], ["voice:NotifyAction"], apart=("payload",)),
    "wait": _sdk([f"{_NCCO}:Wait"], ["voice:WaitAction"]),
    "transfer": _sdk([f"{_NCCO}:Transfer"]),
}

_CONNECTED = {
    "phone": _sdk([f"{_ENDPOINTS}:PhoneEndpoint"], ["voice:PhoneEndpoint"]),
    "app": _sdk([f"{_ENDPOINTS}:AppEndpoint"], ["voice:AppEndpoint"]),
    "websocket": _sdk([f"{_ENDPOINTS}:WebsocketEndpoint"], ["voice:WebsocketEndpoint"]),
    "sip": _sdk([f"{_ENDPOINTS}:SipEndpoint"], ["voice:SIPEndpoint"]),
    "vbc": _sdk([f"{_ENDPOINTS}:VbcEndpoint"], ["voice:VBCEndpoint"]),
}

# The Node SDK has one type for both; `_CONNECTED` has it.
_CALLED = {
    "phone": _sdk([f"{_REQUESTS}:ToPhone"]),
    "websocket": _sdk([f"{_COMMON}:Websocket"]),
    "sip": _sdk([f"{_COMMON}:Sip"]),
    "vbc": _sdk([f"{_COMMON}:Vbc"]),
}

_UPDATES = {
    "talk": _sdk([f"{_REQUESTS}:TtsStreamOptions"], ["voice:PlayTTSRequest"]),
    "stream": _sdk([f"{_REQUESTS}:AudioStreamOptions"], ["voice:StreamAudioRequest"]),
    "dtmf": _sdk([], ["voice:PlayDTMFRequest"]),
}


def _kinds(package: str, prefix: str, *kinds: str) -> Names:
    return [f"{package}:{prefix}{kind}" for kind in kinds]


_FILES = ("Image", "Audio", "Video", "File")
_RCS = ("Text", "Image", "Video", "File", "Custom")
_WHATSAPP = ("Text", *_FILES, "Template", "Sticker", "Custom")
_CHANNELS = {
    "sms": _sdk([f"{_MESSAGES}:Sms"], ["messages:SMS"]),
    "mms": _sdk(
        _kinds(_MESSAGES, "Mms", "Text", *_FILES, "Vcard", "Content"),
        _kinds("messages", "MMS", "Text", *_FILES, "Vcard", "Content"),
    ),
    "rcs": _sdk(
        _kinds(_MESSAGES, "Rcs", *_RCS, "CardMessage", "CarouselMessage"), _kinds("messages", "RCS", *_RCS)
    ),
    "whatsapp": _sdk(
        _kinds(_MESSAGES, "Whatsapp", *_WHATSAPP), _kinds("messages", "WhatsApp", *_WHATSAPP, "Reaction")
    ),
    "messenger": _sdk(
        _kinds(_MESSAGES, "Messenger", "Text", *_FILES), _kinds("messages", "Messenger", "Text", *_FILES)
    ),
    "viber_service": _sdk(
        _kinds(_MESSAGES, "Viber", "Text", "Image", "Video", "File"),
        _kinds("messages", "Viber", "Text", "Image", "Video", "File"),
    ),
    "email": _sdk([], _kinds("messages", "Email", "Text", "HTML", "Content")),
}

_VERIFY = "vonage_verify"
_WAYS = {
    "silent_auth": _sdk([f"{_VERIFY}:SilentAuthChannel"], ["verify2:SilentAuthWorkflow"]),
    "sms": _sdk([f"{_VERIFY}:SmsChannel"], ["verify2:SMSWorkflow"]),
    "whatsapp": _sdk(
        [f"{_VERIFY}:WhatsappChannel"], ["verify2:WhatsAppWorkflow", "verify2:WhatsAppInteractiveWorkflow"]
    ),
    "rcs": _sdk([], ["verify2:RCSWorkflow"]),
    "voice": _sdk([f"{_VERIFY}:VoiceChannel"], ["verify2:VoiceWorkflow"]),
    "email": _sdk([f"{_VERIFY}:EmailChannel"], ["verify2:EmailWorkflow"]),
}

SUBJECTS: dict[str, Subject] = {
    "actions": Subject(
        _words(Action, "action"), ["vonage_voice.models.enums:NccoActionType"], ["voice:NCCOActions"]
    ),
    **_each("action", Action, "action", _ACTIONS),
    "endpoints": Subject(_words(Endpoint, "type"), ["vonage_voice.models.enums:ConnectEndpointType"]),
    **_each("endpoint", Endpoint, "type", _CONNECTED),
    "call": Subject(
        CallRequest,
        [f"{_REQUESTS}:CreateCallRequest"],
        ["voice:CreateCallRequest", "voice:CallWithNCCO", "voice:CallWithAnswerURL"],
        apart=("to", "ncco"),
    ),
    **_each("callee", Callee, "type", _CALLED),
    **_each("update", CallUpdate, "action", _UPDATES),
    "channels": Subject(
        _words(MessageRequest, "channel"), ["vonage_messages.models:ChannelType"], ["messages:Channels"]
    ),
    **_each("message", MessageRequest, "channel", _CHANNELS),
    "message change": Subject(MessageUpdate, [], ["messages:UpdateMessageRequest"]),
    "replying indicator": Subject(ReplyingIndicator, [f"{_MESSAGES}:ReplyingIndicatorText"]),
    "verification": Subject(
        VerificationRequest,
        [f"{_VERIFY}:VerifyRequest"],
        ["verify2:VerificationRequestParams"],
        apart=("workflow",),
    ),
    **_each("verify", Channel, "channel", _WAYS),
    "verify event": Subject(ChannelEvent, [], ["verify2:EventCallback", "verify2:SilentAuthCallback"]),
    "verify summary": Subject(Summary, [], ["verify2:RequestStatusCallback"]),
    "application": Subject(
        Application, ["vonage_application:ApplicationConfig"], ["applications:Application"]
    ),
    "answer request": Subject(AnswerRequest, ["vonage_voice.models.webhooks:AnswerWebhook"]),
}


@cache
def ours(name: str) -> Fields:
    """What we know of a subject."""
    subject = SUBJECTS[name]
    return subject.cut(fields([TypeAdapter(subject.ours).json_schema()]))
