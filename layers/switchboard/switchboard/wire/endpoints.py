# ruff: noqa: N815 - the keys are Vonage's own words
"""Where a call can be connected to: the endpoints of a `connect` action.

Source: Vonage NCCO reference, "connect" endpoint types, and the Voice API v1 OpenAPI file 1.10.0; a SIP
address by user and domain from the official Java and .NET SDKs.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired

from switchboard.wire.typed import Fits, Matches, Tagged, TypedDict

Url = Annotated[str, Matches(r"https?://\S+", "an http or https URL")]
Origin = Annotated[
    str, Matches(r"https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?/?", "an http or https URL without a path")
]
# With hyphens or without: what Vonage makes them of isn't documented for all of them.
Id = Annotated[str, Matches(r"[A-Za-z0-9_-]{1,64}", "an id of Vonage's: letters, digits, - and _")]
in_digits = Matches(r"[0-9]{7,15}", "7 to 15 digits in E.164 form, without + or spaces")
PhoneNumber = Annotated[str, in_digits]
Digits = Annotated[str, Matches(r"[0-9*#p]+", "keys 0-9 * # and p for a pause of half a second")]


class _OnAnswerTone(TypedDict, total=False):
    ringbackTone: Url
    ringback: Url  # the older name of ringbackTone


class OnAnswer(_OnAnswerTone):
    """An NCCO that the callee hears before the two legs are joined."""

    url: Url


class PhoneOptions(TypedDict, total=False):
    """`dtmfAnswer` is pressed once the callee has answered."""

    dtmfAnswer: Digits
    onAnswer: OnAnswer
    shaken: str


class Phone(PhoneOptions):
    """A phone number."""

    type: Literal["phone"]
    number: PhoneNumber


class App(TypedDict):
    """A user of the Client SDK who is logged in to the same application."""

    type: Literal["app"]
    user: str


class Authorization(TypedDict):
    """How Vonage identifies itself to a WebSocket: its own signed token, or a header value of yours."""

    type: Literal["vonage", "custom"]
    value: NotRequired[str]


ContentType = Literal["audio/l16;rate=8000", "audio/l16;rate=16000", "audio/l16;rate=24000"]
_ContentType = TypedDict("_ContentType", {"content-type": ContentType}, total=False)


def _is_short(headers: dict[str, Any]) -> bool:
    return len(json.dumps(headers, ensure_ascii=False, default=str).encode()) <= 512


WebsocketHeaders = Annotated[dict[str, Any], Fits(_is_short, "512 bytes of JSON or less")]


class WebsocketOptions(TypedDict, total=False):
    """`headers` arrive in the first message on the socket."""

    headers: WebsocketHeaders
    authorization: Authorization


class Websocket(WebsocketOptions, _ContentType):
    """A WebSocket that receives and sends the audio of the call."""

    type: Literal["websocket"]
    uri: Annotated[str, Matches(r"wss?://\S+", "a ws or wss URI")]


StandardHeaders = TypedDict("StandardHeaders", {"User-to-User": str}, total=False)


SipUri = Annotated[str, Matches(r"sips?:\S+", "a URI that begins with sip:")]


class SipAddress(TypedDict, total=False):
    """Either `uri`, or the `domain` of a SIP trunk of yours, by its name, with the `user` to call there."""

    uri: SipUri
    user: str
    domain: str


class SipOptions(TypedDict, total=False):
    """`headers` are sent with `X-` before their names, `standardHeaders` as they are.

    The Voice REST API writes the latter `standard_headers`; an NCCO does not.
    """

    headers: dict[str, str]
    standardHeaders: StandardHeaders


class Sip(SipAddress, SipOptions):
    """A SIP address; `;transport=tls` and `;media=srtp` belong to it."""

    type: Literal["sip"]


class Vbc(TypedDict):
    """An extension of Vonage Business Communications."""

    type: Literal["vbc"]
    extension: str


Endpoint = Annotated[Phone | App | Websocket | Sip | Vbc, Tagged("type")]


# Which member of an endpoint says who it reaches.
ADDRESSES = {"phone": "number", "sip": "uri", "app": "user", "websocket": "uri", "vbc": "extension"}


def address(endpoint: Mapping[str, Any]) -> str:
    """Who an endpoint reaches: a number, a user, an extension, a URI, or `user@domain` of a SIP trunk."""
    if "domain" in endpoint:
        return "@".join(filter(None, (endpoint.get("user"), endpoint["domain"])))
    return str(endpoint[ADDRESSES[endpoint["type"]]])
