"""The pieces that messages of several channels are made of, in Vonage's own shape and words.

What is one channel's own is in `content`.

Source: Vonage Messages API v1 OpenAPI file 1.20.0, its webhooks.
"""

from typing import Any, Literal, Required

from switchboard.wire.typed import TypedDict


class Media(TypedDict, total=False):
    """A file; when the application asks for it, fetching `url` takes the application's JWT."""

    url: Required[str]
    name: str
    caption: str


class Attachment(TypedDict, total=False):
    """One of several attachments of an MMS; perhaps of an e-mail, for which nothing is documented."""

    type: Required[Literal["image", "audio", "video", "file", "vcard"]]
    url: Required[str]
    name: str


class Location(TypedDict, total=False):
    """A place."""

    lat: Required[float]
    long: Required[float]
    name: str
    address: str
    url: str


class Reply(TypedDict, total=False):
    """The suggestion or list item that was chosen."""

    id: Required[str]
    title: Required[str]
    description: str


class Button(TypedDict, total=False):
    """The button that was pressed; `payload` is an object for WhatsApp Flows and a text elsewhere."""

    payload: Required[str | dict[str, Any]]
    text: str
    subtype: str


class Context(TypedDict, total=False):
    """The message that this one answers."""

    message_uuid: Required[str]
    message_from: str


class Usage(TypedDict):
    """What a message cost: `reading.price` gives `price`, a text, as a number."""

    currency: str
    price: str


class SmsDetails(TypedDict, total=False):
    """`num_messages` is how many parts the text came in, as a text; `keyword` its first word."""

    num_messages: str
    total_count: str
    keyword: str


class Network(TypedDict, total=False):
    """A mobile network by its MCC and MNC."""

    network_code: str


class MmsDetails(TypedDict, total=False):
    """The numbers in a group message."""

    participants: list[str]


class Profile(TypedDict, total=False):
    """How the sender calls himself."""

    name: str
    username: str


class Link(TypedDict):
    """An absolute URL."""

    href: str


class SmsSegment(TypedDict, total=False):
    """What became of one part of an SMS."""

    timestamp: str
    status: str
    error_code: str


class SmsReport(TypedDict, total=False):
    """What became of the parts of an SMS; `count_total` is a text."""

    count_total: str
    segments: list[SmsSegment]


class Workflow(TypedDict, total=False):
    """Where in a failover a message stands; numbers are texts."""

    workflow_id: str
    items_number: str
    items_total: str


class DeliveryError(TypedDict, total=False):
    """Why a message did not arrive; `title` is the error code, a text (an integer in older payloads)."""

    type: str
    title: str | int
    detail: str
    instance: str


class Transcript(TypedDict, total=False):
    """What was said, and how: `sentiment` has all that Vonage says of it, in its order and as it came."""

    text: str
    sentiment: list[Any]


class Stored(TypedDict, total=False):
    """Where in the stack's bucket a recording, a file or a whole message is; `size` is in bytes.

    A `transcript` is there with the parameter `TranscriptText`.
    """

    bucket: Required[str]
    key: Required[str]
    size: Required[int]
    content_type: Required[str]
    transcript: Transcript
