"""What Vonage sends to the messages webhooks: inbound messages and statuses, in its own shape and words.

Flows tell messages apart by `message_type`, or by the key that holds the content::

    match message:
        case {"text": str(text)}: ...
        case {"image": {"url": str(url)}}: ...

The types say what is documented. New fields appear often and pass through as they came, and so do channels,
types and statuses that are not listed here. `from` is not always a number: Messenger has ids, and WhatsApp
may send a business-scoped user id.

Source: Vonage Messages API v1 OpenAPI file 1.20.0, its webhooks. The older shape: `messages_v0_1`.
"""

from typing import Annotated, Any, Literal, Required, final

from switchboard.wire.content.email import EmailDetails, Html, HtmlPart, MailAttachment, PlainPart
from switchboard.wire.content.whatsapp import Order, Reaction, WhatsappDetails, WhatsappReport
from switchboard.wire.message_parts import (
    Attachment,
    Button,
    Context,
    DeliveryError,
    Link,
    Location,
    Media,
    MmsDetails,
    Network,
    Profile,
    Reply,
    SmsDetails,
    SmsReport,
    Stored,
    Usage,
    Workflow,
)
from switchboard.wire.typed import HandedOn, Open, Tagged, TypedDict

# Other types of parts are in doubt, not wrong.
_Part = Annotated[PlainPart | HtmlPart | Attachment, Tagged("type"), Open(())]
_From = TypedDict("_From", {"from": Required[str]}, total=False)


class _Message(_From, total=False):
    channel: Required[Literal["sms", "mms", "rcs", "whatsapp", "messenger", "viber_service", "email"]]
    message_uuid: Required[str]
    to: Required[str]
    timestamp: Required[str]
    context_status: Literal["none", "available", "unavailable"]
    context: Context
    profile: Profile
    provider_message: str
    whatsapp: WhatsappDetails
    mms: MmsDetails
    email: EmailDetails
    content: list[_Part]  # of an MMS with several attachments, or an e-mail
    attachments: Annotated[list[MailAttachment], HandedOn()]  # of an e-mail, if they come so
    stored: Stored  # where all of a message is that is too large for the queue
    origin: Network
    usage: Usage
    _self: Link


@final
class TextMessage(_Message, total=False):
    """A text. An SMS may come without `message_type`."""

    message_type: Literal["text"]
    text: Required[str]
    sms: SmsDetails


@final
class HtmlMessage(_Message, total=False):
    """An e-mail in HTML."""

    message_type: Required[Literal["html"]]
    html: Html


@final
class ContentMessage(_Message, total=False):
    """An e-mail in plain text and in HTML: its `content`."""

    message_type: Required[Literal["content"]]


@final
class ImageMessage(_Message, total=False):
    """A picture."""

    message_type: Required[Literal["image"]]
    image: Media


@final
class AudioMessage(_Message, total=False):
    """A sound."""

    message_type: Required[Literal["audio"]]
    audio: Media


@final
class VideoMessage(_Message, total=False):
    """A film."""

    message_type: Required[Literal["video"]]
    video: Media


@final
class FileMessage(_Message, total=False):
    """A file of any other kind."""

    message_type: Required[Literal["file"]]
    file: Media


@final
class VcardMessage(_Message, total=False):
    """A contact as a vCard file (MMS, RCS)."""

    message_type: Required[Literal["vcard"]]
    vcard: Media


@final
class StickerMessage(_Message, total=False):
    """A WhatsApp sticker."""

    message_type: Required[Literal["sticker"]]
    sticker: Media


@final
class LocationMessage(_Message, total=False):
    """A place (RCS, WhatsApp)."""

    message_type: Required[Literal["location"]]
    location: Required[Location]


@final
class ContactsMessage(_Message, total=False):
    """WhatsApp contacts."""

    message_type: Required[Literal["contacts"]]
    contacts: Required[list[dict[str, Any]]]


@final
class ReplyMessage(_Message, total=False):
    """A choice among what you suggested (RCS, WhatsApp)."""

    message_type: Required[Literal["reply"]]
    reply: Required[Reply]


@final
class ButtonMessage(_Message, total=False):
    """A button that was pressed (RCS, WhatsApp)."""

    message_type: Required[Literal["button"]]
    button: Required[Button]


@final
class OrderMessage(_Message, total=False):
    """A WhatsApp order."""

    message_type: Required[Literal["order"]]
    order: Required[Order]


@final
class ReactionMessage(_Message, total=False):
    """An emoji given to one of your WhatsApp messages, or taken back."""

    message_type: Required[Literal["reaction"]]
    reaction: Required[Reaction]


@final
class UnsupportedMessage(_Message, total=False):
    """Something that the channel can carry but Vonage cannot pass on (WhatsApp, Messenger)."""

    message_type: Required[Literal["unsupported"]]


Inbound = (
    TextMessage
    | HtmlMessage
    | ContentMessage
    | ImageMessage
    | AudioMessage
    | VideoMessage
    | FileMessage
    | VcardMessage
    | StickerMessage
    | LocationMessage
    | ContactsMessage
    | ReplyMessage
    | ButtonMessage
    | OrderMessage
    | ReactionMessage
    | UnsupportedMessage
)


class Status(_From, total=False):
    """What became of a message you sent; `read` comes from every channel but SMS and MMS.

    `client_ref` is the reference you gave it, `workflow` its place in a failover.
    """

    channel: Required[Literal["sms", "mms", "rcs", "whatsapp", "messenger", "viber_service", "email"]]
    message_uuid: Required[str]
    to: Required[str]
    timestamp: Required[str]
    status: Required[Literal["submitted", "delivered", "rejected", "undeliverable", "read"]]
    error: DeliveryError
    client_ref: str
    usage: Usage
    destination: Network
    workflow: Workflow
    sms: SmsReport
    whatsapp: WhatsappReport
    profile: Profile
