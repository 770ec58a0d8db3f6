"""A message as its reader sees it: pictures, titles and texts, and what can be tapped."""

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

from vonage_simulator.messages.buttons import RcsAction, Tap, holders, interactive, question, taps, text_of
from vonage_simulator.types import Json

# Messages whose JSON says more than a picture of them can.
_ELABORATE = ("custom", "card", "carousel", "template")


class Picture(NamedTuple):
    """A picture or film; the page asks other machines for theirs only when somebody opens it."""

    url: str
    is_film: bool

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine."""
        host = urlsplit(self.url).hostname or ""
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


class ShownCard(NamedTuple):
    """One card, or the message itself; taps come with their place among all of the message's.

    Attributes:
        label: of the button that opens a list of WhatsApp.
    """

    picture: Picture | None = None
    title: str = ""
    text: str = ""
    footer: str = ""
    label: str = ""
    taps: list[tuple[int, Tap]] = []  # noqa: RUF012 - nobody adds to it


def cards(body: Json, rcs_action: RcsAction = "button") -> list[ShownCard]:
    """What there is to see of a message beside its words; nothing for a plain text."""
    found: list[ShownCard] = []
    number = 0
    for holder in holders(body):
        tapped = list(enumerate(taps(body, holder, rcs_action), start=number))
        number += len(tapped)
        card = _card(body, holder)._replace(taps=tapped)
        if any(card):
            found.append(card)
    if media := _media(body):
        found.append(ShownCard(media))
    return found


def words(body: Json, told: str) -> str:
    """A message's own words: what there is to tap, or to see, is shown below them."""
    if text := body.get("text") or question(body):
        return str(text)
    return "" if body.get("message_type") in ("card", "carousel") else told


def tapped(body: Json, number: int, rcs_action: RcsAction) -> Json:
    """The members of the inbound message that comes of a tap; empty if none does."""
    every = [tap for card in cards(body, rcs_action) for tap in card.taps]
    return next((tap.message for place, tap in every if place == number), {})


def elaborate(body: Json) -> Json | None:
    """What of a message is worth reading as JSON."""
    kind = str(body.get("message_type", ""))
    content = body.get(kind)
    return content if kind in _ELABORATE and isinstance(content, dict) else None


def _card(body: Json, holder: Json) -> ShownCard:
    if body.get("channel") == "rcs":
        if holder is body:
            return ShownCard()  # its own words are the bubble
        return ShownCard(
            _picture(holder.get("media_url")), str(holder.get("title", "")), str(holder.get("text", ""))
        )
    header = _object(holder, "header")
    file = _object(header, str(header.get("type", "")))
    return ShownCard(
        _picture(file.get("link"), is_film=header.get("type") == "video"),
        str(header.get("text", "")),
        "" if holder == interactive(body) else text_of(holder),
        str(_object(holder, "footer").get("text", "")),
        str(_object(holder, "action").get("button", "")),
    )


def _media(body: Json) -> Picture | None:
    kind = str(body.get("message_type", ""))
    if kind in ("image", "sticker", "video"):
        return _picture(_object(body, kind).get("url"), is_film=kind == "video")
    return None


def _picture(url: object, *, is_film: bool = False) -> Picture | None:
    is_web = isinstance(url, str) and url.startswith(("https://", "http://"))
    return Picture(str(url), is_film or str(url).endswith((".mp4", ".webm"))) if is_web else None


def _object(holder: Json, name: str) -> Json:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}
