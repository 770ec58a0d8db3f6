"""Files that come with a customer's mail: that they can is documented, and not how they reach an application.

The positions of the switch `mail_attachments` are guesses: parts as those of an MMS with several attachments
(Messages API v1, inbound MMS `content`), base64 text as in mail itself, or nothing.
"""

import base64
from typing import Literal, NamedTuple, TypedDict

from switchboard.wire.violations import violations

from vonage_simulator.types import Json

MailAttachments = Literal["content", "attachments", "left_out"]


class File(NamedTuple):
    """A file to download."""

    content_type: str
    content: bytes


class _Attached(TypedDict):
    """A file as whoever plays the customer gives it; `content` is base64."""

    name: str
    content_type: str
    content: str


def files(message: Json) -> list[File]:
    """The files of a mail.

    Raises:
        ValueError: they aren't as the control API takes them; says which member to change.
    """
    given = message.get("attachments", [])
    for violation in violations(list[_Attached], given, strict=True):
        raise ValueError(f"attachments: {violation}")
    return [File(each["content_type"], _decoded(number, each)) for number, each in enumerate(given)]


def with_attachments(mail: Json, position: MailAttachments, urls: list[str]) -> Json:
    """The mail as an application gets it, whose files can be had from `urls`."""
    if position == "attachments":
        return mail
    without = {name: value for name, value in mail.items() if name != "attachments"}
    if position == "left_out":
        return without
    content = [*_words(mail), *map(_part, mail["attachments"], urls)]
    others = {name: value for name, value in without.items() if name not in ("text", "html")}
    return {**others, "message_type": "content", "content": content}


def _words(mail: Json) -> list[Json]:
    if "content" in mail:
        return list(mail["content"])
    text = [{"type": "text", "text": mail["text"]}] if "text" in mail else []
    return [*text, *([{"type": "html", **mail["html"]}] if "html" in mail else [])]


def _part(attached: Json, url: str) -> Json:
    kind = str(attached["content_type"]).partition("/")[0]
    return {
        "type": kind if kind in ("image", "audio", "video") else "file",
        "url": url,
        "name": attached["name"],
    }


def _decoded(number: int, attached: Json) -> bytes:
    try:
        return base64.b64decode(attached["content"], validate=True)
    except ValueError as error:
        raise ValueError(f"attachments: [{number}].content must be base64: {error}") from error
