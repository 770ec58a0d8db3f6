"""An application at Vonage: its name, its key, and what it can do with which webhooks.

Names and ranges are the wire's: `connect_timeout`, not the `connection_timeout` of older pages.

Source: Vonage Application API v2 reference (2.4.1); Vonage Support,
"How to configure the custom webhook timeout".
"""

from typing import Annotated, Any, Literal, Required
from urllib.parse import urlsplit

from switchboard.wire.actions import HttpMethod
from switchboard.wire.typed import Between, Fits, TypedDict

ConnectTimeout = Annotated[int, Between(300, 1000)]
AnswerTimeout = Annotated[int, Between(1000, 5000)]
EventTimeout = Annotated[int, Between(1000, 10000)]
ConversationHours = Annotated[int, Between(1, 9000)]
LegDays = Annotated[int, Between(1, 31)]
Region = Literal["na-east", "na-west", "eu-east", "eu-west", "apac-sng", "apac-australia"]
MessagesVersion = Literal["v1", "v0.1"]


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return not text or (parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text)


def _is_filled(text: str) -> bool:
    return bool(text.strip())


def _is_empty(members: dict[str, Any]) -> bool:
    return not members


# Empty is how an unset fallback reads.
Address = Annotated[str, Fits(_is_address, "an http or https URL")]
Empty = Annotated[dict[str, Any], Fits(_is_empty, "an empty object")]


class HookOfAnyMethod(TypedDict, total=False):
    """A webhook whose timeouts cannot be set."""

    address: Required[Address]
    http_method: HttpMethod


class HookByPost(TypedDict, total=False):
    """A webhook that Vonage only ever POSTs to."""

    address: Required[Address]
    http_method: Literal["POST"]


class AnswerHook(HookOfAnyMethod, total=False):
    """`answer_url` or `fallback_answer_url`; timeouts in milliseconds."""

    connect_timeout: ConnectTimeout
    socket_timeout: AnswerTimeout


class EventHook(HookOfAnyMethod, total=False):
    """The voice `event_url`; timeouts in milliseconds."""

    connect_timeout: ConnectTimeout
    socket_timeout: EventTimeout


class VoiceHooks(TypedDict, total=False):
    """The three webhooks of a call."""

    answer_url: AnswerHook
    fallback_answer_url: AnswerHook
    event_url: EventHook


class VoiceCapability(TypedDict, total=False):
    """Calls; `conversations_ttl` is in hours, `leg_persistence_time` in days."""

    webhooks: VoiceHooks
    signed_callbacks: bool
    conversations_ttl: ConversationHours
    leg_persistence_time: LegDays
    region: Region


class MessagesHooks(TypedDict, total=False):
    """Both webhooks of messages."""

    inbound_url: HookByPost
    status_url: HookByPost


class MessagesCapability(TypedDict, total=False):
    """Messages of every channel."""

    webhooks: MessagesHooks
    version: MessagesVersion
    authenticate_inbound_media: bool


class RtcHooks(TypedDict, total=False):
    """The webhook of the Conversation API."""

    event_url: HookOfAnyMethod


class RtcCapability(TypedDict, total=False):
    """Users of the Client SDK, and their conversations."""

    webhooks: RtcHooks
    signed_callbacks: bool


class Capabilities(TypedDict, total=False):
    """What the application can do; those that are only objects here are documented elsewhere, or beta."""

    voice: VoiceCapability
    messages: MessagesCapability
    rtc: RtcCapability
    vbc: Empty
    video: dict[str, Any]
    verify: dict[str, Any]
    network_apis: dict[str, Any]
    meetings: dict[str, Any]
    bulk: dict[str, Any]


class Privacy(TypedDict, total=False):
    """Whether Vonage may learn from what passes."""

    improve_ai: bool


class Keys(TypedDict, total=False):
    """The public key of the application in PEM; the private one stays with its owner."""

    public_key: str


class Application(TypedDict, total=False):
    """What is sent to make or replace one; without a key Vonage makes a pair."""

    name: Required[Annotated[str, Fits(_is_filled, "a text that is not blank")]]
    keys: Keys | None
    privacy: Privacy
    capabilities: Capabilities
