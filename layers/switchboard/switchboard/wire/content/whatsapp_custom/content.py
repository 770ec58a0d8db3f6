"""All that `custom` may hold.

Source: Vonage guide "Working with WhatsApp Interactive Messages", code snippets "Send a Quick Reply Button"
and "Send a Location"; Meta's objects for templates and locations.
"""

from typing import Annotated, Any, Literal, Required

from switchboard.wire.content.whatsapp_custom.carousel import CarouselMessage
from switchboard.wire.content.whatsapp_custom.interactive import (
    ButtonsMessage,
    FlowMessage,
    LinkMessage,
    ListMessage,
    LocationRequest,
)
from switchboard.wire.content.whatsapp_custom.products import (
    CatalogMessage,
    ProductListMessage,
    ProductMessage,
)
from switchboard.wire.typed import HandedOn, Open, Tagged, TypedDict

# WhatsApp adds to its lists.
_open = Open(())

Interactive = Annotated[
    ButtonsMessage | ListMessage | LinkMessage | FlowMessage | CarouselMessage | ProductMessage
    | ProductListMessage | CatalogMessage | LocationRequest,
    Tagged("type"),
]  # fmt: skip


class InteractiveContent(TypedDict):
    """Something to tap."""

    type: Literal["interactive"]
    interactive: Interactive


class Language(TypedDict, total=False):
    """The language of a template, such as `en_GB`."""

    policy: Annotated[Literal["deterministic"], _open]
    code: Required[str]


class Component(TypedDict, total=False):
    """What goes into one part of a template; `index` counts its buttons from 0."""

    type: Required[Annotated[Literal["header", "body", "button"], _open]]
    sub_type: Annotated[Literal["quick_reply", "url"], _open]
    index: int | str
    parameters: list[dict[str, Any]]


class WholeTemplate(TypedDict, total=False):
    """A template with a header or buttons to fill, which the message type `template` can't."""

    namespace: str
    name: Required[str]
    language: Required[Language]
    components: list[Component]


class TemplateContent(TypedDict):
    """A template, part by part."""

    type: Literal["template"]
    template: WholeTemplate


class PlaceOnMap(TypedDict, total=False):
    """A place on the map."""

    latitude: Required[float]
    longitude: Required[float]
    name: str
    address: str


class LocationContent(TypedDict):
    """A place."""

    type: Literal["location"]
    location: PlaceOnMap


class ContactsContent(TypedDict):
    """Contacts, as WhatsApp has them."""

    type: Literal["contacts"]
    contacts: list[dict[str, Any]]


Custom = Annotated[
    InteractiveContent | TemplateContent | LocationContent | ContactsContent, Tagged("type"), HandedOn()
]
