"""Write what WhatsApp has beside texts and files: buttons, lists, links, flows, carousels, products.

Each builder makes what goes into `custom`, and a type checker finds a misspelt key::

    from switchboard import reply_to, whatsapp

    reply_to(message, custom=whatsapp.buttons("At eight?", {"id": "yes", "title": "Yes, please"}))

What the customer taps comes back as a `reply` with the button's or row's `id`, a flow's answers as the
`payload` of a `button`, an order as an `order`. All but `template` arrive while the customer has written
within 24 hours. Shapes, lengths and where they are from: `switchboard.wire.content.whatsapp_custom`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from switchboard.wire.content.whatsapp_custom.carousel import MediaCard
    from switchboard.wire.content.whatsapp_custom.content import (
        Component,
        InteractiveContent,
        LocationContent,
        TemplateContent,
    )
    from switchboard.wire.content.whatsapp_custom.interactive import FlowParameters, Section
    from switchboard.wire.content.whatsapp_custom.parts import Header, LinkParameters, ReplyButton
    from switchboard.wire.content.whatsapp_custom.products import ProductSection

__all__ = [
    "ask_location", "buttons", "card", "carousel", "catalog", "flow", "link", "list_", "location", "product",
    "products", "template",
]  # fmt: skip


def buttons(
    text: str, *replies: ReplyButton, header: Header | str = "", footer: str = ""
) -> InteractiveContent:
    """A text with up to three buttons, no two with the same title."""
    action = {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}
    return _interactive("button", text, action, header, footer)


def list_(
    text: str, button: str, *sections: Section, header: str = "", footer: str = ""
) -> InteractiveContent:
    """A text with a list of up to ten rows in all; `button` is what opens it."""
    return _interactive("list", text, {"button": button, "sections": list(sections)}, header, footer)


def link(
    text: str, title: str, url: str, *, header: Header | str = "", footer: str = ""
) -> InteractiveContent:
    """A text with a button that opens a page."""
    action = {"name": "cta_url", "parameters": {"display_text": title, "url": url}}
    return _interactive("cta_url", text, action, header, footer)


def flow(
    text: str, parameters: FlowParameters, *, header: Header | str = "", footer: str = ""
) -> InteractiveContent:
    """A text with a button that opens a flow, a form of WhatsApp's."""
    action = {"name": "flow", "parameters": {"flow_message_version": "3", **parameters}}
    return _interactive("flow", text, action, header, footer)


def card(
    header: Header, text: str = "", *, link: LinkParameters | None = None, buttons: Sequence[ReplyButton] = ()
) -> MediaCard:
    """A picture or film with one link, or with buttons, for a carousel."""
    replies = [{"type": "quick_reply", "quick_reply": reply} for reply in buttons]
    action = {"name": "cta_url", "parameters": link} if link else {"buttons": replies}
    body = {"body": {"text": text}} if text else {}
    return cast("MediaCard", {"card_index": 0, "type": "cta_url", "header": header, **body, "action": action})


def carousel(text: str, *cards: MediaCard) -> InteractiveContent:
    """A text, and two to ten cards side by side, in their order; all have as many buttons of one kind."""
    numbered = [{**card, "card_index": index} for index, card in enumerate(cards)]
    return _interactive("carousel", text, {"cards": numbered})


def product(
    catalog_id: str, product_retailer_id: str, *, text: str = "", footer: str = ""
) -> InteractiveContent:
    """One product of a catalogue."""
    action = {"catalog_id": catalog_id, "product_retailer_id": product_retailer_id}
    return _interactive("product", text, action, footer=footer)


def products(
    text: str, catalog_id: str, *sections: ProductSection, header: str, footer: str = ""
) -> InteractiveContent:
    """Up to thirty products of a catalogue."""
    action = {"catalog_id": catalog_id, "sections": list(sections)}
    return _interactive("product_list", text, action, header, footer)


def catalog(text: str, *, thumbnail: str = "", footer: str = "") -> InteractiveContent:
    """A button that opens the catalogue; `thumbnail` is the product whose picture is shown."""
    picture = {"parameters": {"thumbnail_product_retailer_id": thumbnail}} if thumbnail else {}
    return _interactive("catalog_message", text, {"name": "catalog_message", **picture}, footer=footer)


def ask_location(text: str) -> InteractiveContent:
    """A text with a button that sends where the customer is, as a message of the type `location`."""
    return _interactive("location_request_message", text, {"name": "send_location"})


def template(name: str, language: str, *components: Component, namespace: str = "") -> TemplateContent:
    """A template with a header or buttons to fill; `language` is such as `en_GB`.

    For one with a text alone there is the message type `template`.
    """
    place = {"namespace": namespace} if namespace else {}
    spoken = {"policy": "deterministic", "code": language}
    filled = {**place, "name": name, "language": spoken, "components": list(components)}
    return cast("TemplateContent", {"type": "template", "template": filled})


def location(latitude: float, longitude: float, name: str = "", address: str = "") -> LocationContent:
    """A place on the map."""
    named = {key: value for key, value in (("name", name), ("address", address)) if value}
    place = {"latitude": latitude, "longitude": longitude, **named}
    return cast("LocationContent", {"type": "location", "location": place})


def _interactive(
    kind: str, text: str, action: Mapping[str, Any], header: Header | str = "", footer: str = ""
) -> InteractiveContent:
    parts = {
        "type": kind,
        "header": {"type": "text", "text": header} if header and isinstance(header, str) else header,
        "body": text and {"text": text},
        "footer": footer and {"text": footer},
        "action": action,
    }
    interactive = {name: part for name, part in parts.items() if part}
    return cast("InteractiveContent", {"type": "interactive", "interactive": interactive})
