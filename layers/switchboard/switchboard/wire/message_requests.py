"""What is sent to the Messages API, channel by channel, in Vonage's own shape and words.

`message_type` says which key holds the content: `{"message_type": "image", "image": {"url": …}}`.

Source: Vonage Messages API v1 OpenAPI file 1.20.0; how long a text may be, the settings of RCS and the
thumbnail of a Viber video from Vonage's Python SDK (vonage-messages 1.8). How long an RCS message may wait is
from 20 to 259200 in that file and from 300 to 2592000 in the Java SDK (9.10); e-mail from the page "email".
"""

from typing import Annotated, Any, Literal, Required

from switchboard.wire.content.channels import MESSAGE_TYPES
from switchboard.wire.content.email import EmailPart, EmailSettings, Html
from switchboard.wire.content.rcs import Card, Carousel, RcsSettings, Suggestion
from switchboard.wire.content.whatsapp import Reaction, Sticker, Template, WhatsappSettings
from switchboard.wire.content.whatsapp_custom.content import Custom
from switchboard.wire.endpoints import Url
from switchboard.wire.typed import Between, Characters, Items, Open, Tagged, TypedDict, Usual

_From = TypedDict("_From", {"from": Required[str]}, total=False)

_open = Open(MESSAGE_TYPES)


class File(TypedDict, total=False):
    """A file that Vonage fetches from `url`; a Viber video has a `thumb_url`."""

    url: Required[Url]
    caption: str
    name: str
    thumb_url: Url


class Part(TypedDict, total=False):
    """One of several parts of an MMS; `type` is image, audio, video, file or vcard."""

    type: Required[str]
    url: Required[Url]
    caption: str


class Quoted(TypedDict):
    """The message that this one answers."""

    message_uuid: str


class SmsSettings(TypedDict, total=False):
    """`content_id` and `entity_id` are what some countries' registries gave you."""

    encoding_type: Literal["text", "unicode", "auto"]
    content_id: str
    entity_id: str
    pool_id: str


class MessengerSettings(TypedDict, total=False):
    """Why Messenger should deliver it; `tag` goes with `message_tag`."""

    category: Literal["response", "update", "message_tag"]
    tag: str


class ViberAction(TypedDict, total=False):
    """A button under a Viber message."""

    url: Required[Url]
    text: str


class ViberSettings(TypedDict, total=False):
    """`ttl` is in seconds; `duration` and `file_size` describe a video or file."""

    category: str
    ttl: Annotated[int, Between(30, 259200)]
    type: str
    action: ViberAction
    duration: str
    file_size: str


class _Request(_From, total=False):
    to: Required[str]
    client_ref: Annotated[str, Characters(1, 100)]
    webhook_url: Url
    webhook_version: Literal["v0.1", "v1"]
    failover: "Annotated[list[MessageRequest], Items(1)]"
    trusted_recipient: bool


class Sms(_Request, total=False):
    """A text message; `ttl` is in seconds."""

    channel: Required[Literal["sms"]]
    message_type: Required[Annotated[Literal["text"], _open]]
    text: Required[Annotated[str, Characters(1, 3200)]]
    ttl: Annotated[int, Between(20, 604800)]
    sms: SmsSettings


class Mms(_Request, total=False):
    """An MMS; `content` holds several attachments, `ttl` is in seconds."""

    channel: Required[Literal["mms"]]
    message_type: Required[
        Annotated[Literal["text", "image", "vcard", "audio", "video", "file", "content"], _open]
    ]
    text: str
    image: File
    vcard: File
    audio: File
    video: File
    file: File
    content: Annotated[list[Part], Items(1)]
    ttl: Annotated[int, Between(300, 259200)]


class Rcs(_Request, total=False):
    """An RCS message from a sender's name; `suggestions` are replies to tap, `ttl` is in seconds."""

    channel: Required[Literal["rcs"]]
    message_type: Required[
        Annotated[Literal["text", "image", "video", "file", "card", "carousel", "custom"], _open]
    ]
    text: Annotated[str, Characters(1, 3072)]
    image: File
    video: File
    file: File
    card: Card
    carousel: Carousel
    custom: dict[str, Any]
    suggestions: Annotated[list[Suggestion], Items(1, 11)]
    ttl: Annotated[int, Usual(Between(300, 259200), "lifetime", possible=Between(20, 2592000))]
    rcs: RcsSettings


class Whatsapp(_Request, total=False):
    """A WhatsApp message; outside the customer service window only a `template` arrives."""

    channel: Required[Literal["whatsapp"]]
    message_type: Required[
        Annotated[
            Literal["text", "image", "audio", "video", "file", "template", "sticker", "reaction", "custom"],
            _open,
        ]
    ]
    text: Annotated[str, Characters(1, 4096)]
    image: File
    audio: File
    video: File
    file: File
    template: Template
    whatsapp: WhatsappSettings
    sticker: Sticker
    reaction: Reaction
    custom: Custom
    context: Quoted


class Messenger(_Request, total=False):
    """A Messenger message; `to` and `from` are ids."""

    channel: Required[Literal["messenger"]]
    message_type: Required[Annotated[Literal["text", "image", "audio", "video", "file"], _open]]
    text: Annotated[str, Characters(1, 640)]
    image: File
    audio: File
    video: File
    file: File
    messenger: MessengerSettings


class Viber(_Request, total=False):
    """A Viber message from a service id."""

    channel: Required[Literal["viber_service"]]
    message_type: Required[Annotated[Literal["text", "image", "video", "file"], _open]]
    text: Annotated[str, Characters(1, 1000)]
    image: File
    video: File
    file: File
    viber_service: ViberSettings


class Email(_Request, total=False):
    """An e-mail; `content` has it in plain text and in HTML, for readers of both."""

    channel: Required[Literal["email"]]
    message_type: Required[Annotated[Literal["text", "html", "content"], _open]]
    text: str
    html: Html | str  # a text while it was in beta
    content: Annotated[list[EmailPart], Items(1)]
    email: Required[EmailSettings]


MessageRequest = Annotated[Sms | Mms | Rcs | Whatsapp | Messenger | Viber | Email, Tagged("channel")]


class ReplyingIndicator(TypedDict):
    """Whether WhatsApp shows that an answer is being written."""

    show: bool
    type: Literal["text"]


class MessageUpdate(TypedDict, total=False):
    """Mark an inbound WhatsApp or RCS message as read, or take back an RCS message of yours."""

    status: Required[Literal["read", "revoked"]]
    replying_indicator: ReplyingIndicator


class ReplyContent(TypedDict, total=False):
    """What an answer holds beside a text, by the name of its type; and what else its channel takes."""

    image: File
    audio: File
    video: File
    file: File
    vcard: File
    content: list[Part] | list[EmailPart]
    html: Html
    email: EmailSettings
    card: Card
    carousel: Carousel
    custom: Custom | dict[str, Any]
    template: Template
    sticker: Sticker
    reaction: Reaction
    context: Quoted
    suggestions: list[Suggestion]
    client_ref: str
    webhook_url: Url
    failover: "list[MessageRequest]"
    trusted_recipient: bool
    ttl: int
    sms: SmsSettings
    rcs: RcsSettings
    whatsapp: WhatsappSettings
    messenger: MessengerSettings
    viber_service: ViberSettings
