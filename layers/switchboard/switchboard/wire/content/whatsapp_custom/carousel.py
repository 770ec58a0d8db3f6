"""Cards side by side.

Source: Vonage guide "WhatsApp Carousel Interactive Messages"; Meta, "Interactive media carousel messages"
(2026), which has `cta_url` as the type of a card with buttons, too.
"""

from typing import Annotated, Literal, Required

from switchboard.wire.content.whatsapp_custom.parts import Body, Header, LinkParameters, ReplyButton
from switchboard.wire.typed import Between, Characters, Items, Open, TypedDict


class QuickReply(TypedDict):
    """A button of a card."""

    type: Literal["quick_reply"]
    quick_reply: ReplyButton


class CardBody(TypedDict):
    """A card's text."""

    text: Annotated[str, Characters(1, 160)]


class CardAction(TypedDict, total=False):
    """One link (`name` and `parameters`), or `buttons`."""

    name: Literal["cta_url"]
    parameters: LinkParameters
    buttons: Annotated[list[QuickReply], Items(1)]


class MediaCard(TypedDict, total=False):
    """A picture or film, a text, and what can be tapped; all cards have as many buttons of one kind."""

    card_index: Required[Annotated[int, Between(0, 9)]]
    type: Required[Annotated[Literal["cta_url"], Open(())]]
    header: Required[Header]
    body: CardBody
    action: Required[CardAction]


class Cards(TypedDict):
    """Cards from left to right."""

    cards: Annotated[list[MediaCard], Items(2, 10)]


class CarouselMessage(TypedDict):
    """A text, and cards side by side."""

    type: Literal["carousel"]
    body: Body
    action: Cards
