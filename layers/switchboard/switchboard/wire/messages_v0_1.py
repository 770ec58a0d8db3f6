"""Inbound messages and statuses in the shape of Messages v0.1, where `to` and `from` are objects.

It comes from an application whose messages capability has `version: v0.1`, or after sending with
`webhook_version: v0.1`. Viber is `viber_service_msg` here, and a location has texts for numbers.

Source: Vonage Messages API v0.1 OpenAPI file of 2021.
"""

from typing import Any, Literal, Required

from switchboard.wire.message_parts import Usage
from switchboard.wire.typed import TypedDict


class Party(TypedDict, total=False):
    """A sender or receiver: a `number`, or an `id` on channels that have no numbers."""

    type: Required[str]
    number: str
    id: str


_From = TypedDict("_From", {"from": Required[Party]}, total=False)


class _Message(_From, total=False):
    message_uuid: Required[str]
    to: Required[Party]
    timestamp: str


class Content(TypedDict):
    """The content, under `message`."""

    content: dict[str, Any]


class Inbound(_Message):
    """A message has arrived."""

    message: Content


class DeliveryError(TypedDict, total=False):
    """Why a message did not arrive."""

    code: int
    reason: str


class Status(_Message, total=False):
    """What became of a message."""

    status: Required[Literal["submitted", "delivered", "rejected", "undeliverable", "read"]]
    error: DeliveryError
    client_ref: str
    usage: Usage
