"""What is WhatsApp's own in a message, in what comes back, and in its status.

Source: Vonage Messages API v1 OpenAPI file 1.20.0, and its webhooks; the official Python and Node SDKs
(vonage-messages 1.8.1, @vonage/messages 1.27.1).
"""

from typing import Annotated, Literal, Required

from switchboard.wire.endpoints import Url
from switchboard.wire.typed import Open, TypedDict


class Template(TypedDict, total=False):
    """A message that WhatsApp has approved; `parameters` go into its `{{1}}`, `{{2}}` and so on."""

    name: Required[str]
    parameters: list[str]


class WhatsappSettings(TypedDict, total=False):
    """The language of a template."""

    policy: Annotated[Literal["deterministic"], Open(())]
    locale: str


class Sticker(TypedDict, total=False):
    """A sticker by its `url`, or by the `id` of one that was uploaded."""

    id: str
    url: Url


class Reaction(TypedDict, total=False):
    """An emoji given to a message, or taken back."""

    action: Required[Literal["react", "unreact"]]
    emoji: str


class OrderedProduct(TypedDict):
    """One line of an order; all numbers are texts."""

    product_retailer_id: str
    quantity: str
    item_price: str
    currency: str


class Order(TypedDict):
    """A WhatsApp order."""

    catalog_id: str
    product_items: list[OrderedProduct]


class Sender(TypedDict, total=False):
    """Whom a message is from: a number (`wa_id`), or an id that only one business has for somebody."""

    user_id: str
    parent_user_id: str
    wa_id: str


class Referral(TypedDict, total=False):
    """The advertisement or post that led somebody here."""

    body: str
    headline: str
    source_id: str
    source_type: str
    source_url: str
    media_type: str
    image_url: str
    video_url: str
    thumbnail_url: str
    ctwa_clid: str


class ReferredProduct(TypedDict, total=False):
    """The product of a catalogue that somebody asks about."""

    catalog_id: str
    product_retailer_id: str


class WhatsappDetails(TypedDict, total=False):
    """What only WhatsApp tells of a message."""

    sender: Sender
    referral: Referral
    whatsapp_referred_product: ReferredProduct
    waba_id: str


class Pricing(TypedDict, total=False):
    """What kind of message WhatsApp charges for; `pricing_model` is `PMP` or `CBP`."""

    type: str
    pricing_model: str
    category: str


class Origin(TypedDict, total=False):
    """What began a conversation."""

    type: str


class Conversation(TypedDict, total=False):
    """The conversation that a message belongs to."""

    id: str
    origin: Origin


class WhatsappReport(TypedDict, total=False):
    """What only WhatsApp tells of a message's status."""

    waba_id: str
    recipient: Sender
    pricing: Pricing
    conversation: Conversation
