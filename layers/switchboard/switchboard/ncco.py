"""Write what a call does: an NCCO is a list of actions, as literals or by these builders.

`[talk("Hello."), {"action": "talk", "text": "Hello."}]` are the same action twice. Options keep Vonage's
own names (`bargeIn`, `eventUrl`), so its reference applies as it stands, and a type checker finds a
misspelt one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, Unpack, cast, overload

from switchboard.reading import msisdn

if TYPE_CHECKING:
    from switchboard.wire.actions import (
        Action,
        Connect,
        ConnectOptions,
        Conversation,
        ConversationOptions,
        Input,
        InputOptions,
        Notify,
        NotifyOptions,
        Record,
        RecordOptions,
        Stream,
        StreamOptions,
        Talk,
        TalkOptions,
        Transfer,
        TransferOptions,
        Wait,
    )
    from switchboard.wire.endpoints import (
        App,
        ContentType,
        Endpoint,
        Phone,
        PhoneOptions,
        Sip,
        SipOptions,
        Vbc,
        Websocket,
        WebsocketOptions,
    )

    Ncco = Sequence[Action]
else:  # answering a call does not wait for the types of all actions: 2 ms of a cold start
    Action = Mapping
    Ncco = Sequence

__all__ = [
    "Action", "Ncco", "SdkAction", "app", "as_wire", "connect", "conversation", "input_", "notify", "phone",
    "record", "sip", "stream", "talk", "transfer", "vbc", "wait", "websocket",
]  # fmt: skip


class SdkAction(Protocol):
    """An action built by Vonage's own Python SDK: any object with pydantic's `model_dump`."""

    def model_dump(self, *, mode: str, by_alias: bool, exclude_none: bool) -> dict[str, Any]:
        """The action as a dictionary."""


def as_wire(ncco: Iterable[Action | SdkAction]) -> list[Mapping[str, Any]]:
    """An NCCO that `json.dumps` takes, be it made of literals, builders or the SDK's models.

    Raises:
        TypeError: one of them isn't an action at all.
    """
    return [action if isinstance(action, dict) else _of_sdk(action) for action in ncco]


def _of_sdk(action: object) -> dict[str, Any]:
    if not hasattr(action, "model_dump"):
        raise TypeError(
            f"{type(action).__name__} isn't an action: write a dict, or use a builder such as talk()"
        )
    model = cast("SdkAction", action)
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def talk(text: str, **options: Unpack[TalkOptions]) -> Talk:
    """Speak a text, plain or as SSML inside `<speak>`."""
    return {"action": "talk", "text": text, **options}


def stream(url: str, **options: Unpack[StreamOptions]) -> Stream:
    """Play the mp3 or 16-bit wav file at `url`."""
    return {"action": "stream", "streamUrl": [url], **options}


def input_(
    kind: Literal["dtmf", "speech"], *more: Literal["dtmf", "speech"], **options: Unpack[InputOptions]
) -> Input:
    """Collect keys (`"dtmf"`), speech or both: `input_("dtmf", dtmf={"maxDigits": 1})`."""
    return {"action": "input", "type": [kind, *more], **options}


def record(**options: Unpack[RecordOptions]) -> Record:
    """Record the call; without a stop condition the next action starts at once."""
    return {"action": "record", **options}


def conversation(name: str, **options: Unpack[ConversationOptions]) -> Conversation:
    """Join the conversation `name` of this application."""
    return {"action": "conversation", "name": name, **options}


def connect(
    endpoint: Endpoint, *, caller_id: str | None = None, **options: Unpack[ConnectOptions]
) -> Connect:
    """Call `endpoint` and join the two legs.

    Args:
        endpoint: whom to call, as `phone`, `app`, `sip`, `websocket` or `vbc` make it.
        caller_id: the number of yours that the callee sees, Vonage's `from`; none for app users.
        options: Vonage's own options of `connect`.
    """
    action: Connect = {"action": "connect", "endpoint": [endpoint], **options}
    if caller_id is not None:
        action["from"] = caller_id
    return action


def notify(payload: dict[str, Any], url: str, **options: Unpack[NotifyOptions]) -> Notify:
    """Send `payload` to `url`; an NCCO in its reply replaces the rest of this one."""
    return {"action": "notify", "payload": payload, "eventUrl": [url], **options}


def wait(timeout: float = 10) -> Wait:
    """Do nothing for `timeout` seconds, from 0.1 to 7200."""
    return {"action": "wait", "timeout": timeout}


def transfer(conversation_id: str, **options: Unpack[TransferOptions]) -> Transfer:
    """Move the call's legs into another conversation."""
    return {"action": "transfer", "conversationId": conversation_id, **options}


def phone(number: str, **options: Unpack[PhoneOptions]) -> Phone:
    """A phone number in international form, as people write it; Vonage gets its digits, without `+`."""
    return {"type": "phone", "number": msisdn(number), **options}


def app(user: str) -> App:
    """A user of the Client SDK who is logged in to this application."""
    return {"type": "app", "user": user}


def websocket(
    uri: str, *, rate: Literal[8000, 16000, 24000] = 16000, **options: Unpack[WebsocketOptions]
) -> Websocket:
    """A WebSocket at a ws or wss `uri`, with 16-bit audio at `rate` samples a second."""
    content_types: dict[int, ContentType] = {
        8000: "audio/l16;rate=8000",
        16000: "audio/l16;rate=16000",
        24000: "audio/l16;rate=24000",
    }
    return {"type": "websocket", "uri": uri, "content-type": content_types[rate], **options}


@overload
def sip(uri: str, **options: Unpack[SipOptions]) -> Sip: ...
@overload
def sip(*, domain: str, user: str = ..., **options: Unpack[SipOptions]) -> Sip: ...
def sip(uri: str = "", **address: Any) -> Sip:
    """A SIP address such as `sip:alice@example.com;transport=tls`, or a `user` of a SIP trunk's `domain`."""
    return cast("Sip", {"type": "sip", **({"uri": uri} if uri else {}), **address})


def vbc(extension: str) -> Vbc:
    """An extension of Vonage Business Communications."""
    return {"type": "vbc", "extension": extension}
