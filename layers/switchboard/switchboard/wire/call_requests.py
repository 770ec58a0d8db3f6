"""What is sent to the Voice API: a call to place, and changes to a call in progress, in Vonage's own words.

A change names its leg by `uuid`; `region_url` of the leg's answer request is the only host that knows it.

Source: Vonage Voice API v1 OpenAPI file 1.10.0. It has `level` as a text; the official Python and Java SDKs
send a number, as an NCCO has it, and so do we.
"""

from typing import Annotated, Literal, Required

from switchboard.wire.actions import Action, AdvancedMachineDetection, HttpMethod, Level, Loop, OneUrl
from switchboard.wire.endpoints import (
    App,
    Digits,
    Id,
    Origin,
    Phone,
    SipAddress,
    StandardHeaders,
    Vbc,
    Websocket,
)
from switchboard.wire.typed import Between, Items, Matches, Tagged, TypedDict


class SipCallee(SipAddress, total=False):
    """A SIP address, as in an NCCO but for the name of `standard_headers`."""

    type: Required[Literal["sip"]]
    headers: dict[str, str]
    standard_headers: StandardHeaders


Callee = Annotated[Phone | App | Websocket | SipCallee | Vbc, Tagged("type")]


class CallerId(TypedDict):
    """A number of yours, or a SIP URI."""

    type: Literal["phone"]
    number: Annotated[
        str,
        Matches(r"[0-9]{7,15}|sips?:\S+", "7 to 15 digits in E.164 form, without + or spaces, or a SIP URI"),
    ]


_From = TypedDict("_From", {"from": CallerId}, total=False)


class CallRequest(_From, total=False):
    """A call to place. `length_timer` and `ringing_timer` are in seconds (7200 and 60 by default).

    It takes `from` or `random_from_number`, and `ncco` or `answer_url`.
    """

    to: Required[Annotated[list[Callee], Items(1, 1)]]
    random_from_number: bool
    ncco: list[Action]
    answer_url: OneUrl
    answer_method: HttpMethod
    event_url: OneUrl
    event_method: HttpMethod
    machine_detection: Literal["continue", "hangup"]
    advanced_machine_detection: AdvancedMachineDetection
    length_timer: Annotated[int, Between(1, 86400)]
    ringing_timer: Annotated[int, Between(1, 120)]


class _InCall(TypedDict, total=False):
    uuid: Required[Id]
    region_url: Origin


class Switch(_InCall):
    """Hang up, or change what the leg says or hears."""

    action: Literal["hangup", "mute", "unmute", "earmuff", "unearmuff"]


class Destination(TypedDict, total=False):
    """Another NCCO for the call: itself, or where to fetch it."""

    type: Required[Literal["ncco"]]
    ncco: list[Action]
    url: OneUrl


class TransferCall(_InCall):
    """Let the call go on with another NCCO."""

    action: Literal["transfer"]
    destination: Destination


# What `PUT /v1/calls/{uuid}` itself takes; the other changes have paths of their own.
CallChange = Annotated[Switch | TransferCall, Tagged("action")]


class TalkInCall(_InCall, total=False):
    """Speak a text into the call (`PUT …/talk`)."""

    action: Required[Literal["talk"]]
    text: Required[str]
    language: str
    style: Annotated[int, Between(0)]
    premium: bool
    loop: Loop
    level: Level


class StreamInCall(_InCall, total=False):
    """Play an audio file into the call (`PUT …/stream`)."""

    action: Required[Literal["stream"]]
    stream_url: Required[OneUrl]
    loop: Loop
    level: Level


class StopInCall(_InCall):
    """Stop speaking or playing (`DELETE …/talk`, `DELETE …/stream`)."""

    action: Literal["stop_talk", "stop_stream"]


class PressInCall(_InCall):
    """Press keys into the call (`PUT …/dtmf`)."""

    action: Literal["dtmf"]
    digits: Digits


CallUpdate = Annotated[
    Switch | TransferCall | TalkInCall | StreamInCall | StopInCall | PressInCall, Tagged("action")
]
