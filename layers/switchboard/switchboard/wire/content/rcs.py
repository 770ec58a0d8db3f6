"""What an RCS message holds beside a text: cards, carousels, and suggestions to tap.

Source: Vonage Messages API v1 OpenAPI file 1.20.0; the official Python and Node SDKs (vonage-messages 1.8.1,
@vonage/messages 1.27.1), of which the lengths are the Python SDK's.
"""

from typing import Annotated, Literal, Required

from switchboard.wire.endpoints import Url
from switchboard.wire.typed import Characters, Items, Open, TypedDict

# Vonage adds to its lists.
_open = Open(())

SuggestionType = Literal[
    "reply", "dial", "view_location", "share_location", "open_url", "open_url_in_webview",
    "create_calendar_event",
]  # fmt: skip


class Suggestion(TypedDict, total=False):
    """Something to tap; `postback_data` comes back in the inbound message about it.

    `phone_number` is for `dial`; `latitude`, `longitude` and `pin_label` are for `view_location`, texts all;
    `url` and `description` are for `open_url`, `view_mode` is for `open_url_in_webview`; `title`,
    `start_time` and `end_time` are for `create_calendar_event`. A phone that can't do it opens
    `fallback_url`.
    """

    type: Required[Annotated[SuggestionType, _open]]
    text: Required[Annotated[str, Characters(1, 25)]]
    postback_data: Required[str]
    phone_number: str
    latitude: str
    longitude: str
    pin_label: str
    url: Url
    description: Annotated[str, Characters(1, 500)]
    view_mode: Annotated[Literal["FULL", "HALF", "TALL"], _open]
    title: Annotated[str, Characters(1, 100)]
    start_time: str
    end_time: str
    fallback_url: Url


class Card(TypedDict, total=False):
    """A picture or film with a title, a text and up to four suggestions."""

    title: Annotated[str, Characters(1, 200)]
    text: Annotated[str, Characters(1, 2000)]
    media_url: Url
    media_description: str
    media_height: Annotated[Literal["SHORT", "MEDIUM", "TALL"], _open]
    thumbnail_url: Url
    media_force_refresh: bool
    suggestions: Annotated[list[Suggestion], Items(1, 4)]


class Carousel(TypedDict):
    """Cards side by side."""

    cards: Annotated[list[Card], Items(2, 10)]


class RcsSettings(TypedDict, total=False):
    """What kind of message it is, and how its cards look."""

    category: Annotated[
        Literal["acknowledgement", "authentication", "promotion", "service-request", "transaction"], _open
    ]
    card_orientation: Annotated[Literal["VERTICAL", "HORIZONTAL"], _open]
    image_alignment: Annotated[Literal["LEFT", "RIGHT"], _open]
    card_width: Annotated[Literal["SMALL", "MEDIUM"], _open]
