"""An application's capabilities as properties: in Vonage's spelling, with CloudFormation's strings.

Ranges, regions and versions are those of `switchboard.wire.applications`. The shapes are models of their own:
a template must give both webhooks of messages or none, must not misspell a key, and gets defaults of ours.
"""

from typing import Annotated

from pydantic import BeforeValidator
from switchboard.wire.applications import MessagesVersion, Region

from provisioner.wanted.scalars import (
    Address,
    AnswerTimeout,
    ConnectTimeout,
    Days,
    EventTimeout,
    Flag,
    Hours,
    Method,
    PassedThrough,
    Post,
    Shape,
)


class Webhook(Shape):
    """A webhook whose timeouts cannot be set."""

    address: Address
    http_method: Method = "POST"


class PostWebhook(Shape):
    """A webhook that Vonage only ever POSTs to."""

    address: Address
    http_method: Post = "POST"


class AnswerWebhook(Webhook):
    """`answer_url` or `fallback_answer_url`; timeouts in milliseconds."""

    connect_timeout: ConnectTimeout | None = None
    socket_timeout: AnswerTimeout | None = None


class EventWebhook(Webhook):
    """The voice `event_url`; timeouts in milliseconds."""

    connect_timeout: ConnectTimeout | None = None
    socket_timeout: EventTimeout | None = None


class VoiceWebhooks(Shape):
    """The three webhooks of a call."""

    answer_url: AnswerWebhook | None = None
    fallback_answer_url: AnswerWebhook | None = None
    event_url: EventWebhook | None = None


class Voice(Shape):
    """The voice capability."""

    webhooks: VoiceWebhooks | None = None
    signed_callbacks: Flag = True
    conversations_ttl: Hours | None = None
    leg_persistence_time: Days | None = None
    region: Region | None = None


class MessagesWebhooks(Shape):
    """Both webhooks of messages: Vonage's own tools require them together."""

    inbound_url: PostWebhook
    status_url: PostWebhook


class Messages(Shape):
    """The messages capability."""

    webhooks: MessagesWebhooks
    version: MessagesVersion = "v1"
    authenticate_inbound_media: Flag | None = None


class RtcWebhooks(Shape):
    """The webhook of the Conversation API."""

    event_url: Webhook


class Rtc(Shape):
    """The rtc capability."""

    webhooks: RtcWebhooks
    signed_callbacks: Flag = True


class VerifyWebhooks(Shape):
    """The webhook of the Verify API."""

    status_url: PostWebhook


class Verify(Shape):
    """The verify capability; its version is read-only."""

    webhooks: VerifyWebhooks | None = None


class Empty(Shape):
    """A capability without settings: `{}`, or `true`, as CloudFormation may drop an empty map."""


def _switched(value: object) -> object:
    if value in ("true", True):
        return {}
    return None if value in ("false", False) else value


class Capabilities(Shape):
    """What the application can do, in Vonage's spelling; `video` and `network_apis` pass through."""

    voice: Voice | None = None
    messages: Messages | None = None
    rtc: Rtc | None = None
    vbc: Annotated[Empty | None, BeforeValidator(_switched)] = None
    verify: Verify | None = None
    video: PassedThrough | None = None
    network_apis: PassedThrough | None = None
