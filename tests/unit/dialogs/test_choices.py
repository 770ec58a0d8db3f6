"""Choices as each channel has them, and which of them an answer means."""

from typing import Any

import pytest
from switchboard.dialogs.chats.choices import chosen, offered
from switchboard.wire.message_requests import MessageRequest
from switchboard.wire.violations import violations

PAIR, LONG = ["Tea", "Coffee"], ["Tea", "A coffee with a lot of milk"]


def kind(channel: str, choices: list[str], prompt: str = "Which?") -> str:
    content = offered(channel, prompt, choices, "1234.0", "Choose")
    sides = {"channel": channel, "to": "447700900123", "from": "447700900000"}
    assert list(violations(MessageRequest, {**sides, **content}, strict=True)) == []
    if "custom" in content:
        return str(content["custom"]["interactive"]["type"])
    return "suggestions" if "suggestions" in content else content["text"].partition("\n")[2]


@pytest.mark.parametrize(
    ("channel", "choices", "shown"),
    [
        ("whatsapp", PAIR, "button"),
        ("whatsapp", [*PAIR, "Milk"], "button"),
        ("whatsapp", [*PAIR, "Milk", "Water"], "list"),
        ("whatsapp", ["Tea", "x" * 20], "button"),
        ("whatsapp", ["Tea", "x" * 21], "list"),
        ("whatsapp", ["Tea", "x" * 24], "list"),
        ("whatsapp", LONG, "1 Tea\n2 A coffee with a lot of milk"),
        ("whatsapp", [str(n) + "x" for n in range(10)], "list"),
        ("rcs", PAIR, "suggestions"),
        ("rcs", ["Tea", "x" * 25], "suggestions"),
        ("rcs", LONG, "1 Tea\n2 A coffee with a lot of milk"),
        ("rcs", [str(n) + "x" for n in range(11)], "suggestions"),
        ("sms", PAIR, "1 Tea\n2 Coffee"),
        ("mms", PAIR, "1 Tea\n2 Coffee"),
        ("viber_service", PAIR, "1 Tea\n2 Coffee"),
        ("messenger", PAIR, "1 Tea\n2 Coffee"),
        ("sms", ["2", "4"], "2\n4"),
    ],
)
def test_choices_are_shown_as_the_channel_can(channel: str, choices: list[str], shown: str) -> None:
    assert kind(channel, choices) == shown


@pytest.mark.parametrize(("channel", "most"), [("whatsapp", 10), ("rcs", 11)])
def test_more_than_the_channel_has_are_numbered(channel: str, most: int) -> None:
    choices = [f"{n}x" for n in range(most + 1)]

    assert kind(channel, choices).splitlines()[-1] == f"{most + 1} {most}x"


def test_a_question_that_is_too_long_for_buttons_is_a_text() -> None:
    assert kind("whatsapp", PAIR, "x" * 1024) == "button"
    assert kind("whatsapp", PAIR, "x" * 1025) == "1 Tea\n2 Coffee"


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ({"text": "Tea"}, "Tea"),
        ({"text": " coffee! "}, "Coffee"),
        ({"text": "2"}, "Coffee"),
        ({"text": "2."}, "Coffee"),
        ({"text": "#1"}, "Tea"),
        ({"text": "0"}, None),
        ({"text": "3"}, None),
        ({"text": "²"}, None),
        ({"text": "9" * 5000}, None),
        ({"text": "Tea or coffee"}, None),
        ({"text": ""}, None),
        ({"image": {"url": "https://example.com/tea.jpg"}}, None),
        ({"reply": {"id": "1234.5.1", "title": "Coffee"}}, "Coffee"),
        ({"reply": {"id": "1234.4.1", "title": "Coffee"}}, None),
        ({"reply": {"id": "1234.5.7", "title": "Coffee"}}, None),
        ({"reply": {"id": "another", "title": "Tea"}}, "Tea"),
        ({"button": {"payload": "anything", "text": "Coffee"}}, "Coffee"),
        ({"button": {"payload": {"of": "a flow"}}}, None),
    ],
)
def test_an_answer_means_a_choice_by_tap_by_words_or_by_number(
    answer: dict[str, Any], meant: str | None
) -> None:
    assert chosen(answer, PAIR, "1234.5") == meant


def test_a_number_among_the_choices_is_itself() -> None:
    assert chosen({"text": "2"}, ["2", "4"], "1234.5") == "2"
    assert chosen({"text": "1"}, ["2", "4"], "1234.5") is None
