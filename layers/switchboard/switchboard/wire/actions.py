# ruff: noqa: N815 - the keys are Vonage's own words
"""The actions of an NCCO, in Vonage's own shape and words.

Each action is two types: its options, which the builders of `switchboard.ncco` take as keyword arguments,
and the action itself, which adds `action` and whatever is required.

Source: Vonage NCCO reference; ranges also from the official SDKs. `timeout` of a `connect` is from 1 to 120
in the newest reference and was from 3 to 7200; `provider` is from the official .NET SDK.
"""

import re
from typing import Annotated, Any, Literal, NotRequired

from switchboard.wire.endpoints import Endpoint, Url, in_digits
from switchboard.wire.typed import Between, Clamped, Fits, Items, Matches, Tagged, TypedDict, Usual

HttpMethod = Literal["GET", "POST"]
EventUrl = Annotated[list[Url], Items(1)]
OneUrl = Annotated[list[Url], Items(1, 1)]
Level = Annotated[float, Between(-1, 1)]
Loop = Annotated[int, Between(0)]
Legs = list[str]


def _is_speakable(text: str) -> bool:
    return len(re.sub(r"<[^>]*>", "", text)) <= 1500


class _Events(TypedDict, total=False):
    eventUrl: EventUrl
    eventMethod: HttpMethod


class TalkOptions(TypedDict, total=False):
    """`bargeIn` lets a key or speech interrupt. `loop` 0 repeats for ever.

    `provider` is whose voice it is, such as `ElevenLabs`, with options of its own.
    Defaults: once, at level 0, in `en-US`, style 0, not `premium`.
    """

    bargeIn: bool
    loop: Loop
    level: Level
    language: str
    style: Annotated[int, Between(0)]
    premium: bool
    provider: str
    providerOptions: dict[str, Any]


class Talk(TalkOptions):
    """Speak a text, plain or as SSML inside `<speak>`."""

    action: Literal["talk"]
    text: Annotated[str, Fits(_is_speakable, "1500 characters or less, SSML tags not counted")]


class StreamOptions(TypedDict, total=False):
    """`bargeIn` lets a key or speech interrupt. `loop` 0 repeats for ever; the default is once."""

    level: Level
    bargeIn: bool
    loop: Loop


class Stream(StreamOptions):
    """Play an mp3 or a 16-bit wav file."""

    action: Literal["stream"]
    streamUrl: OneUrl


class DtmfSettings(TypedDict, total=False):
    """Defaults: 3 seconds after the last key, 4 digits, no `submitOnHash`."""

    timeOut: Annotated[int, Between(0, 10)]
    maxDigits: Annotated[int, Between(1, 20)]
    submitOnHash: bool


class SpeechSettings(TypedDict, total=False):
    """`uuid` names the one leg to listen to; times are in seconds.

    Defaults: 2 seconds of silence end it, `en-US`, 10 seconds to start, 60 to speak, sensitivity 90.
    """

    uuid: Annotated[Legs, Items(1, 1)]
    endOnSilence: Annotated[float, Between(0.4, 10.0)]
    language: str
    context: list[str]
    startTimeout: Annotated[int, Between(1, 60)]
    maxDuration: Annotated[int, Between(1, 60)]
    saveAudio: bool
    sensitivity: Annotated[int, Between(10, 100)]
    provider: str
    providerOptions: dict[str, Any]


class InputOptions(_Events, total=False):
    """`mode: asynchronous` sends each key on its own while the call goes on."""

    dtmf: DtmfSettings
    speech: SpeechSettings
    mode: Literal["synchronous", "asynchronous"]


class Input(InputOptions):
    """Collect keys or speech; the result goes to `eventUrl`, else to the application's event webhook."""

    action: Literal["input"]
    type: Annotated[list[Literal["dtmf", "speech"]], Items(1, 2)]


class Transcription(_Events, total=False):
    """Have a recording transcribed; the result goes to `eventUrl`."""

    language: str
    sentimentAnalysis: bool


class RecordOptions(_Events, total=False):
    """Without `endOnSilence`, `endOnKey` or `timeOut` the next action starts at once."""

    format: Literal["mp3", "wav", "ogg"]
    split: Literal["conversation"]
    channels: Annotated[int, Between(1, 32)]
    endOnSilence: Annotated[int, Between(3, 10)]
    endOnKey: Annotated[str, Matches(r"[0-9*#]", "one of the keys 0-9 * #")]
    timeOut: Annotated[int, Between(3, 7200)]
    beepStart: bool
    transcription: Transcription


class Record(RecordOptions):
    """Record the call; Vonage keeps the file for 30 days."""

    action: Literal["record"]


class ConversationOptions(_Events, total=False):
    """`canSpeak` and `canHear` list legs: absent means everybody, an empty list means nobody.

    Defaults: `startOnEnter` true, `endOnExit` false.
    """

    musicOnHoldUrl: OneUrl
    startOnEnter: bool
    endOnExit: bool
    record: bool
    canSpeak: Legs
    canHear: Legs
    mute: bool
    transcription: Transcription


class Conversation(ConversationOptions):
    """Join a named conversation of the application, for up to 200 people."""

    action: Literal["conversation"]
    name: str


class AdvancedMachineDetection(TypedDict, total=False):
    """`beep_timeout` is in seconds; `mode` is `detect` by default. Overrides `machineDetection`."""

    behavior: Literal["continue", "hangup"]
    mode: Literal["default", "detect", "detect_beep"]
    beep_timeout: Annotated[int, Between(30, 120)]


_ConnectFrom = TypedDict("_ConnectFrom", {"from": Annotated[str, Usual(in_digits, "caller id")]}, total=False)


class ConnectOptions(_Events, _ConnectFrom, total=False):
    """`from` is a number of yours, or use `randomFromNumber`; leave both out for app users.

    For anything else the callee sees no number, or isn't called.
    `timeout` is for ringing (60 seconds by default), `limit` for talking (7200). With `eventType`
    synchronous, a call that is not answered asks the event webhook for another NCCO.
    """

    randomFromNumber: bool
    eventType: Literal["synchronous"]
    timeout: Annotated[int, Usual(Between(3, 120), "connect timeout", possible=Between(1, 7200))]
    limit: Annotated[int, Between(1, 7200)]
    machineDetection: Literal["continue", "hangup"]
    advancedMachineDetection: AdvancedMachineDetection
    ringbackTone: Url


class Connect(ConnectOptions):
    """Call somebody and join the two legs."""

    action: Literal["connect"]
    endpoint: Annotated[list[Endpoint], Items(1, 1)]


class NotifyOptions(TypedDict, total=False):
    """`eventMethod` is POST by default."""

    eventMethod: HttpMethod


class Notify(NotifyOptions):
    """Send `payload` to `eventUrl`; an NCCO in the reply replaces the rest of this one."""

    action: Literal["notify"]
    payload: dict[str, Any]
    eventUrl: EventUrl


class Wait(TypedDict):
    """Do nothing for `timeout` seconds, 10 when absent; Vonage itself clamps what is out of range."""

    action: Literal["wait"]
    timeout: NotRequired[Annotated[float, Clamped(0.1, 7200)]]


class TransferOptions(TypedDict, total=False):
    """`canHear` and `canSpeak` list legs, as in `conversation`."""

    canHear: Legs
    canSpeak: Legs
    mute: bool


class Transfer(TransferOptions):
    """Move the call's legs into another conversation; the current one ends."""

    action: Literal["transfer"]
    conversationId: str


Action = Annotated[
    Talk | Stream | Input | Record | Conversation | Connect | Notify | Wait | Transfer, Tagged("action")
]
