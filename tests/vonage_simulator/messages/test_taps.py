"""What a customer can tap in a message, and the message that comes of it."""

import pytest

from tests.samples import sample
from vonage_simulator.console.cards import cards as cards_of
from vonage_simulator.messages.buttons import WHERE, Tap, buttons, holders, taps
from vonage_simulator.messages.message import Message
from vonage_simulator.types import Json


def tappable(name: str) -> list[Tap]:
    body = sample(name)["detail"]
    return [tap for holder in holders(body) for tap in taps(body, holder)]


def reply(identity: str, title: str, **more: str) -> Json:
    return {"message_type": "reply", "reply": {"id": identity, "title": title, **more}}


def button(payload: str, text: str) -> Json:
    return {"message_type": "button", "button": {"payload": payload, "text": text}}


WHERE_I_AM = {"message_type": "location", "location": WHERE}


@pytest.mark.parametrize(("name", "expected"), [
    ("whatsapp_custom",
     [Tap("Yes, please", reply("yes", "Yes, please")), Tap("No, thanks", reply("no", "No, thanks"))]),
    ("whatsapp_custom_list",
     [Tap("Monday", reply("mon", "Monday", description="From 9 am to 5 pm"), above="This week"),
      Tap("Tuesday", reply("tue", "Tuesday"))]),
    ("whatsapp_custom_link", [Tap("See them", {}, "https://example.com/tables")]),
    ("whatsapp_custom_flow", [Tap("Book", {}, "flow 1000000000000001")]),
    ("whatsapp_custom_carousel",
     [Tap("This one", reply("take-0", "This one")), Tap("This one", reply("take-1", "This one"))]),
    ("whatsapp_custom_products", []),
    ("whatsapp_custom_location", []),
    ("whatsapp_custom_template", [Tap("cancel-42", button("cancel-42", "cancel-42"))]),
    ("rcs_text", [Tap("Yes", reply("yes", "Yes")), Tap("No", reply("no", "No"))]),
    ("rcs_card",
     [Tap("Book", reply("book-1", "Book")), Tap("Call us", button("call", "Call us"), "447700900000")]),
    ("rcs_carousel",
     [Tap("Where?", button("where", "Where?"), "Here"), Tap("I am here", WHERE_I_AM),
      Tap("Menu", button("menu", "Menu"), "https://example.com/menu"),
      Tap("Pay", button("pay", "Pay"), "https://example.com/pay"), Tap("Save", button("save", "Save"))]),
    ("rcs_custom", []),
    ("sms_text", []),
])  # fmt: skip
def test_tap_sends_what_a_phone_would(name: str, expected: list[Tap]) -> None:
    assert tappable(f"command_{name}") == expected


@pytest.mark.parametrize(("pressed", "words"), [
    ({"payload": "c", "text": "Call us"}, "button Call us"),
    ({"payload": "c"}, "button c"),
    ({"payload": {"size": 2}}, 'button {"size": 2}'),
])  # fmt: skip
def test_button_is_told_by_its_text_where_it_has_one(pressed: Json, words: str) -> None:
    body = {"channel": "rcs", "message_type": "button", "button": pressed}
    assert Message("1", "inbound", body, None).words == words


def test_only_replies_are_chosen_by_their_title() -> None:
    assert buttons(sample("command_rcs_card")["detail"]) == [{"id": "book-1", "title": "Book"}]
    assert [each["id"] for each in buttons(sample("command_whatsapp_custom_carousel")["detail"])] == [
        "take-0",
        "take-1",
    ]


@pytest.mark.parametrize(("name", "words"), [
    ("whatsapp_custom", "A table at eight? [Yes, please] [No, thanks]"),
    ("whatsapp_custom_carousel", "Which table? By the window [This one] In the garden [This one]"),
    ("whatsapp_custom_flow", "Book a table. [Book]"),
    ("whatsapp_custom_link", "All our tables. [See them]"),
    ("whatsapp_custom_location", "custom"),
])  # fmt: skip
def test_words_of_a_message_have_what_can_be_tapped(name: str, words: str) -> None:
    assert Message("1", "outbound", sample(f"command_{name}")["detail"], None).words == words


@pytest.mark.parametrize(
    "action", [None, "open", [], {"buttons": "x"}, {"buttons": ["x", {}]}, {"sections": [{}]}]
)
def test_custom_of_any_shape_has_nothing_to_tap(action: object) -> None:
    cards = [7, "card", {"body": action}, {"header": action, "action": action}]
    parts = {"body": action, "header": action, "footer": action, "action": action or {"cards": cards}}
    custom = {"type": "interactive", "interactive": {"type": "button", **parts}}
    body = {**sample("command_whatsapp_custom")["detail"], "custom": custom}

    assert buttons(body) == []
    assert Message("1", "outbound", body, None).words.startswith("custom")
    assert [tap for card in cards_of(body) for tap in card.taps] == []
