"""What several kinds of interactive messages have: a header, a text, a footer, a reply, a link.

Source: Meta, "Interactive reply buttons", "Interactive list" and "Interactive call-to-action URL button
messages" (2026), for shapes and lengths.
"""

from typing import Annotated, Literal, Required

from switchboard.wire.endpoints import Url
from switchboard.wire.typed import Characters, Open, TypedDict


class Linked(TypedDict, total=False):
    """A file by its `link`, or by the `id` of one that was uploaded; `filename` is a document's."""

    link: Url
    id: str
    filename: str


class Header(TypedDict, total=False):
    """What stands above the text: a line, or a file under the name of its `type`."""

    type: Required[Annotated[Literal["text", "image", "video", "document"], Open(())]]
    text: Annotated[str, Characters(1, 60)]
    image: Linked
    video: Linked
    document: Linked


class Body(TypedDict):
    """The text."""

    text: Annotated[str, Characters(1, 1024)]


class Footer(TypedDict):
    """A line below the text."""

    text: Annotated[str, Characters(1, 60)]


class ReplyButton(TypedDict):
    """A button's label, and the `id` that comes back as that of a `reply`."""

    id: Annotated[str, Characters(1, 256)]
    title: Annotated[str, Characters(1, 20)]


class LinkParameters(TypedDict):
    """A button's label, and the page that it opens."""

    display_text: Annotated[str, Characters(1, 20)]
    url: Url
