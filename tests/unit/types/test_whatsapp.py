"""What WhatsApp has beside texts: the builders write its shapes, and what isn't its shape is a doubt."""

from typing import Any

import pytest
from switchboard import whatsapp
from switchboard.wire.judge.judgement import judge_message
from switchboard.wire.message_requests import MessageRequest
from switchboard.wire.validate import command_problems, message_problems
from switchboard.wire.violations import Violation

from tests.samples import commands, sample

Json = dict[str, Any]

PICTURE: Any = {"type": "image", "image": {"link": "https://example.com/table.jpg"}}
BUILT = {
    "command_whatsapp_custom": whatsapp.buttons(
        "A table at eight?",
        {"id": "yes", "title": "Yes, please"},
        {"id": "no", "title": "No, thanks"},
        header=PICTURE,
        footer="Until Monday",
    ),
    "command_whatsapp_custom_list": whatsapp.list_(
        "Which day?",
        "Days",
        {
            "title": "This week",
            "rows": [
                {"id": "mon", "title": "Monday", "description": "From 9 am to 5 pm"},
                {"id": "tue", "title": "Tuesday"},
            ],
        },
        header="Opening hours",
    ),
    "command_whatsapp_custom_link": whatsapp.link(
        "All our tables.", "See them", "https://example.com/tables"
    ),
    "command_whatsapp_custom_flow": whatsapp.flow(
        "Book a table.",
        {
            "flow_id": "1000000000000001",
            "flow_cta": "Book",
            "flow_token": "EXAMPLE",
            "flow_action": "navigate",
            "flow_action_payload": {"screen": "SEATS", "data": {"seats": 2}},
        },
    ),
    "command_whatsapp_custom_carousel": whatsapp.carousel(
        "Which table?",
        whatsapp.card(PICTURE, "By the window", buttons=[{"id": "take-0", "title": "This one"}]),
        whatsapp.card(PICTURE, "In the garden", buttons=[{"id": "take-1", "title": "This one"}]),
    ),
    "command_whatsapp_custom_products": whatsapp.products(
        "For your table.",
        "EXAMPLE-CATALOG",
        {"title": "Flowers", "product_items": [{"product_retailer_id": "EXAMPLE-PRODUCT"}]},
        header="Our shop",
    ),
    "command_whatsapp_custom_template": whatsapp.template(
        "example:booked",
        "en_GB",
        {"type": "header", "parameters": [PICTURE]},
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": 0,
            "parameters": [{"type": "payload", "payload": "cancel-42"}],
        },
    ),
    "command_whatsapp_custom_location": whatsapp.location(51.5, -0.1, "Example House", "1 Example Street"),
}
REPLY = {"id": "yes", "title": "Yes"}


def message(custom: object) -> Json:
    sides = {"channel": "whatsapp", "to": "447700900123", "from": "447700900000"}
    return {**sides, "message_type": "custom", "custom": custom}


@pytest.mark.parametrize("name", [name for name in commands() if name.startswith("command_whatsapp_custom")])
def test_builder_writes_the_sample(name: str) -> None:
    assert BUILT[name] == sample(name)["detail"]["custom"]
    assert command_problems(sample(name), strict=True) == []


@pytest.mark.parametrize("custom", [
    whatsapp.product("EXAMPLE-CATALOG", "EXAMPLE-PRODUCT"),
    whatsapp.product("EXAMPLE-CATALOG", "EXAMPLE-PRODUCT", text="Flowers?", footer="Fresh"),
    whatsapp.catalog("All of it.", thumbnail="EXAMPLE-PRODUCT"),
    whatsapp.catalog("All of it."),
    whatsapp.ask_location("Where are you?"),
    whatsapp.carousel(
        "Which?", *[whatsapp.card(PICTURE, link={"display_text": "See", "url": "https://example.com"})] * 2
    ),
])  # fmt: skip
def test_what_a_builder_writes_is_whatsapps_shape(custom: Json) -> None:
    assert message_problems(message(custom), strict=True) == []


def spoilt(place: str, value: object) -> Json:
    """The sample with buttons, one value in it another one."""
    whole: Json = sample("command_whatsapp_custom")["detail"]
    *path, last = place.split(".")
    holder: Any = whole
    for key in path:
        holder = holder[int(key) if key.isdecimal() else key]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    return whole


@pytest.mark.parametrize(("place", "value", "told"), [
    ("custom.interactive.footer.text", "x" * 61,
     "custom.interactive.footer.text is 61 characters long; it {} be 1 to 60 characters"),
    ("custom.interactive.action.buttons.0.reply.titel", "Yes",
     "custom.interactive.action.buttons[0].reply.titel is not a field; did you mean title?"),
    ("custom.interactive.action.buttons.0.reply.id", None,
     "custom.interactive.action.buttons[0].reply.id is missing"),
    ("custom.interactive.action.buttons", [],
     "custom.interactive.action.buttons is []; it {} be 1 to 3 items"),
    ("custom.interactive.body", None, "custom.interactive.body is missing"),
    ("custom.interactive.body.text", 7, "custom.interactive.body.text is 7; it {} be a text"),
    ("custom.type", None,
     'custom.type is missing; it {} be one of "interactive", "template", "location", "contacts"'),
    ("custom.type", "poll",
     'custom.type is "poll"; it {} be one of "interactive", "template", "location", "contacts"'),
])  # fmt: skip
def test_what_isnt_whatsapps_shape_is_named_and_never_refused(place: str, value: object, told: str) -> None:
    assert message_problems(spoilt(place, value), strict=True) == [told.format("must")]
    judged = judge_message(spoilt(place, value))
    assert judged.refused == []
    assert [str(doubt) for doubt in judged.doubtful] == [told.format("should")]


@pytest.mark.parametrize("custom", ["Hello.", None, ["Hello."]])
def test_custom_that_is_no_object_is_refused(custom: object) -> None:
    (refused,) = judge_message(message(custom)).refused
    assert refused == Violation("wrong", "custom", custom, "an object")


def test_rcs_has_a_custom_of_its_own() -> None:
    rcs: MessageRequest = sample("command_rcs_custom")["detail"]
    assert judge_message(rcs)[1:] == ([], [])
