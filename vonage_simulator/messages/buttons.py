"""What a customer can tap, and the message that comes of it: buttons, lists and cards of WhatsApp and RCS.

Source: Meta, "Interactive reply buttons", "Interactive list" and "Interactive media carousel messages", which
Vonage's `custom` messages hand on as they are; Vonage's .NET SDK, `ReplySuggestion`, for the `postback_data`
that comes back as `reply.id`; Messages API v1, inbound `button`, for the buttons of a template. That a card's
button comes as a `reply`, like any other, is assumed.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from vonage_simulator.types import Json

RcsAction = Literal["button", "reply"]

# Where a simulated customer is, for whoever asks.
WHERE: Json = {"lat": 51.5074, "long": -0.1278}


class Tap(NamedTuple):
    """Something to tap.

    Attributes:
        title: what stands on it.
        message: the members of the inbound message that comes of it; empty if none does.
        opens: what else a phone does: the page or number that it opens, or where it leads.
        above: the title of a list's section, which stands above its first row.
    """

    title: str
    message: Json
    opens: str = ""
    above: str = ""


def buttons(body: Json) -> list[Json]:
    """The replies that can be tapped, each as the `reply` that comes of it: `{"id", "title"}`."""
    return [tap.message["reply"] for holder in holders(body) for tap in taps(body, holder) if _replies(tap)]


def question(body: Json) -> str:
    """The text above the buttons of an interactive message; empty if it is none."""
    return text_of(interactive(body))


def text_of(holder: Json) -> str:
    """The text of an interactive message, or of one of its cards."""
    return str(_object(holder, "body").get("text", ""))


def interactive(body: Json) -> Json:
    """What a `custom` message by WhatsApp has to tap; empty if it has nothing."""
    found = _object(body, "custom").get("interactive")
    return found if body.get("channel") == "whatsapp" and isinstance(found, dict) else {}


def holders(body: Json) -> list[Json]:
    """The parts of a message that can have something to tap: the message itself, and its cards.

    In the order in which they are shown: RCS has suggestions below the cards, WhatsApp buttons above.
    """
    if body.get("channel") == "rcs":
        return [*filter(None, [_object(body, "card"), *_list(_object(body, "carousel"), "cards")]), body]
    return [interactive(body), *_list(_object(interactive(body), "action"), "cards")]


def taps(body: Json, holder: Json, rcs_action: RcsAction = "button") -> list[Tap]:
    """What one of a message's holders has to tap."""
    if body.get("channel") == "rcs":
        return [_suggested(each, rcs_action) for each in _list(holder, "suggestions")]
    return [
        *_of_action(_object(holder, "action")),
        *(_of_template(body) if holder == interactive(body) else []),
    ]


def _suggested(suggestion: Json, rcs_action: RcsAction) -> Tap:
    """A suggestion of RCS; what comes of one that isn't a reply isn't documented."""
    data, title = str(suggestion.get("postback_data", "")), str(suggestion.get("text", ""))
    reply = {"message_type": "reply", "reply": {"id": data, "title": title}}
    opens = suggestion.get("url") or suggestion.get("phone_number") or suggestion.get("pin_label") or ""
    match suggestion.get("type"):
        case "reply":
            return Tap(title, reply)
        case "share_location":
            return Tap(title, {"message_type": "location", "location": WHERE})
        case _ if rcs_action == "reply":
            return Tap(title, reply, str(opens))
    return Tap(title, {"message_type": "button", "button": {"payload": data, "text": title}}, str(opens))


def _of_action(action: Json) -> Iterator[Tap]:
    """What an interactive message of WhatsApp, or one of its cards, has to tap."""
    for button in _list(action, "buttons"):
        if reply := _object(button, "reply") or _object(button, "quick_reply"):
            yield _reply(reply)
    for section in _list(action, "sections"):
        for place, row in enumerate(_list(section, "rows")):
            yield _reply(row)._replace(above="" if place else str(section.get("title", "")))
    parameters = _object(action, "parameters")
    match action.get("name"):
        case "cta_url":
            yield Tap(str(parameters.get("display_text", "")), {}, str(parameters.get("url", "")))
        case "flow":
            flow = parameters.get("flow_id") or parameters.get("flow_name") or ""
            yield Tap(str(parameters.get("flow_cta", "")), {}, f"flow {flow}".strip())
        case "send_location":
            yield Tap("Send location", {"message_type": "location", "location": WHERE})
        case "catalog_message":
            yield Tap("View catalog", {}, "catalog")


def _of_template(body: Json) -> Iterator[Tap]:
    """The buttons of a template whose words only WhatsApp knows."""
    for part in _list(_object(_object(body, "custom"), "template"), "components"):
        for given in _list(part, "parameters"):
            if payload := str(given.get("payload") or ""):
                yield Tap(
                    payload, {"message_type": "button", "button": {"payload": payload, "text": payload}}
                )


def _reply(row: Json) -> Tap:
    reply = {name: str(row[name]) for name in ("id", "title", "description") if row.get(name)}
    reply = {"id": "", "title": "", **reply}
    return Tap(reply["title"], {"message_type": "reply", "reply": reply})


def _replies(tap: Tap) -> bool:
    return "reply" in tap.message and not tap.opens


def _object(holder: Json, name: str) -> Json:
    """A member that should be an object; a message that Vonage takes may have anything there."""
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def _list(holder: Json, name: str) -> list[Json]:
    found = holder.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
