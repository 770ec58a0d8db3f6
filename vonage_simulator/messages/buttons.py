"""What a customer can tap: buttons and lists of WhatsApp, suggested replies of RCS.

Source: Meta, "Interactive reply buttons" and "Interactive lists", which Vonage's `custom` messages hand on as
they are; Vonage's .NET SDK, `ReplySuggestion`, for the `postback_data` that comes back as `reply.id`.
"""

from vonage_simulator.types import Json


def buttons(body: Json) -> list[Json]:
    """What can be tapped, each as the `reply` that comes of it: `{"id", "title"}`."""
    if body.get("channel") == "rcs":
        holders = [body, body.get("card") or {}, *((body.get("carousel") or {}).get("cards") or [])]
        chips = [chip for holder in holders for chip in holder.get("suggestions") or []]
        return [_reply(chip.get("postback_data"), chip.get("text")) for chip in chips if _is_reply(chip)]
    action = _interactive(body).get("action") or {}
    rows = [row for section in action.get("sections") or [] for row in section.get("rows") or []]
    tapped = [button.get("reply") or {} for button in action.get("buttons") or [] if _is_reply(button)]
    return [_reply(each.get("id"), each.get("title")) for each in [*tapped, *rows]]


def question(body: Json) -> str:
    """The text above the buttons of an interactive message; empty if it is none."""
    return str((_interactive(body).get("body") or {}).get("text", ""))


def _interactive(body: Json) -> Json:
    interactive = (body.get("custom") or {}).get("interactive")
    return interactive if body.get("channel") == "whatsapp" and isinstance(interactive, dict) else {}


def _is_reply(button: Json) -> bool:
    return button.get("type") == "reply"


def _reply(identity: object, title: object) -> Json:
    return {"id": str(identity or ""), "title": str(title or "")}
