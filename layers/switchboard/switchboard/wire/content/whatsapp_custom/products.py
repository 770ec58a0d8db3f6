"""Products of a catalogue that WhatsApp knows.

Source: Vonage code snippet "Send a Multiple Item Product Message"; Meta, "Share products with customers".
"""

from typing import Annotated, Literal, Required

from switchboard.wire.content.whatsapp_custom.parts import Body, Footer, Header
from switchboard.wire.typed import Characters, Items, TypedDict


class ProductItem(TypedDict):
    """A product by your own id of it."""

    product_retailer_id: str


class ProductId(ProductItem):
    """A product of a catalogue."""

    catalog_id: str


class ProductMessage(TypedDict, total=False):
    """One product."""

    type: Required[Literal["product"]]
    body: Body
    footer: Footer
    action: Required[ProductId]


class ProductSection(TypedDict, total=False):
    """Products under a title, which several sections need."""

    title: Annotated[str, Characters(1, 24)]
    product_items: Required[Annotated[list[ProductItem], Items(1, 30)]]


class Products(TypedDict):
    """Up to thirty products of a catalogue."""

    catalog_id: str
    sections: Annotated[list[ProductSection], Items(1, 10)]


class ProductListMessage(TypedDict, total=False):
    """Several products; what is ordered comes back as an `order`. Its header is a line."""

    type: Required[Literal["product_list"]]
    header: Required[Header]
    body: Required[Body]
    footer: Footer
    action: Required[Products]


class CatalogParameters(TypedDict):
    """The product whose picture is shown."""

    thumbnail_product_retailer_id: str


class Catalog(TypedDict, total=False):
    """A button that opens the catalogue."""

    name: Required[Literal["catalog_message"]]
    parameters: CatalogParameters


class CatalogMessage(TypedDict, total=False):
    """A text with a button that opens the catalogue."""

    type: Required[Literal["catalog_message"]]
    body: Required[Body]
    footer: Footer
    action: Required[Catalog]
