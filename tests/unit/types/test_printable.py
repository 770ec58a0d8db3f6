"""What a stranger sent, on a terminal."""

import json

import pytest
from switchboard.wire.printable import printable

TITLE, CLEAR = "\x1b]0;pwned\x07", "\x1b[2J"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (TITLE, r"\u001b]0;pwned\u0007"),
        (CLEAR, r"\u001b[2J"),
        ("\x9b2J", r"\u009b2J"),
        ("back\x08\x7f", r"back\u0008\u007f"),
        ("over\rwritten", r"over\u000dwritten"),
        ("two\nlines\tand a tab", r"two\u000alines\u0009and a tab"),
        ("two\u2028lines", r"two\u2028lines"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("half \ud83d", r"half \ud83d"),
    ],
    ids=ascii,
)
def test_what_a_terminal_would_obey_is_shown(sent: str, shown: str) -> None:
    assert printable(sent) == shown


@pytest.mark.parametrize("text", ["Müller — “👍🏽”", "שלום", "مرحبا", "", "日本語"])
def test_what_people_write_stays(text: str) -> None:
    assert printable(text) == text


def test_lines_stay_where_they_are_asked_for() -> None:
    assert printable("a\n\tb\r\x1b", lines=True) == "a\n\tb\\u000d\\u001b"


def test_json_stays_what_it_is() -> None:
    value = {"text": "\x9b2J \x7f \u202e 👍"}
    assert json.loads(printable(json.dumps(value, ensure_ascii=False, indent=1), lines=True)) == value
