"""What an e-mail holds.

Source: Vonage, "Vonage Email API is now generally available" (November 2026) and the page "email"; the
official Node SDK (@vonage/messages 1.27). Of one that arrives, Vonage documents that it comes, and not in
which shape: taken for that of one that is sent.
"""

from typing import Annotated, Literal, Required

from switchboard.wire.typed import Characters, Open, Tagged, TypedDict

# Those of the Node SDK; Vonage's page names the keys alone.
_open = Open(())


class Address(TypedDict, total=False):
    """Somebody's e-mail address, and the name beside it."""

    address: Required[str]
    name: str


class EmailSettings(TypedDict, total=False):
    """What stands above an e-mail; who is in `bcc` is seen by nobody else."""

    subject: Required[Annotated[str, Characters(1)]]
    importance: Annotated[Literal["High", "Low", "Normal"], _open]
    priority: Annotated[Literal["Non-Urgent", "Normal", "Urgent"], _open]
    sensitivity: Annotated[Literal["Company-Confidential", "Personal", "Private"], _open]
    cc: list[Address]
    bcc: list[Address]


class EmailDetails(TypedDict, total=False):
    """What stood above an e-mail that arrived."""

    subject: str
    importance: str
    priority: str
    sensitivity: str
    cc: list[Address]
    bcc: list[Address]


class Html(TypedDict):
    """An e-mail in HTML."""

    body: str


class PlainPart(TypedDict):
    """The same e-mail for who reads no HTML."""

    type: Literal["text"]
    text: str


class HtmlPart(TypedDict):
    """And for who does."""

    type: Literal["html"]
    body: str


class MailAttachment(TypedDict, total=False):
    """A file in a mail, as base64: a guess, as Vonage doesn't document how one arrives."""

    name: str
    content_type: str
    content: str


EmailPart = Annotated[PlainPart | HtmlPart, Tagged("type")]
