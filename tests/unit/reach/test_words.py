"""The words by which people opt out, and whom they count for."""

import re
from pathlib import Path

import pytest
from switchboard.reach import replies, words
from switchboard.reach.words import Word, word_of

BRITISH, AMERICAN, SPANISH = "447700900111", "14155550100", "34600000000"
PAGE = Path(__file__).parents[3] / "docs" / "consent.md"


@pytest.mark.parametrize(
    ("text", "person", "wish"),
    [
        ("STOP", BRITISH, "stop"),
        (" stop ", BRITISH, "stop"),
        ("Stop!", BRITISH, "stop"),
        ("opt-out", BRITISH, "stop"),
        ("“Stop all.”", BRITISH, "stop"),
        ("ARRÊT", BRITISH, "stop"),
        ("arret", BRITISH, "stop"),
        ("STOP\nstop", BRITISH, "stop"),
        (8 * "Stop! ", BRITISH, "stop"),
        ("Стоп", BRITISH, None),
        ("остановить", BRITISH, "stop"),
        ("end", AMERICAN, "stop"),
        ("+end", f"+{AMERICAN}", "stop"),
        ("end", BRITISH, None),
        ("cancel", SPANISH, None),
        ("start", BRITISH, "start"),
        ("unstop", BRITISH, "start"),
        ("YES", AMERICAN, None),
        ("help", BRITISH, "help"),
        ("INFO", BRITISH, None),
        ("", BRITISH, None),
        ("…!", BRITISH, None),
        ("🛑", BRITISH, None),
        ("stop please", BRITISH, "unclear"),
        ("please opt-out", BRITISH, "unclear"),
        ("stop start", BRITISH, "unclear"),
        ("Please stop texting me", BRITISH, "unclear"),
        ("Where is the bus stop that you told me about", BRITISH, None),
        ("stopping by at 5", BRITISH, None),
        ("nonstop", BRITISH, None),
    ],
)
def test_a_word_is_the_whole_message(text: str, person: str, wish: str | None) -> None:
    found = word_of(text, person)
    assert (found and found.wish) == wish


@pytest.mark.parametrize(
    ("channel", "counts"), [("sms", True), ("rcs", True), ("whatsapp", False), ("messenger", False)]
)
def test_help_is_a_word_where_people_see_a_number_alone(channel: str, *, counts: bool) -> None:
    assert (word_of("HELP", BRITISH, channel) is not None) is counts


def test_the_owner_may_add_words_for_all_or_for_a_country(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_CONSENT_WORDS", "stop:ALTO, help:INFO,stop@34:Baja ya,nonsense")

    assert word_of("¡alto!", BRITISH) == Word("stop", "")
    assert word_of("info", BRITISH) == Word("help", "")
    assert (word_of("baja ya", SPANISH), word_of("baja ya", BRITISH)) == (Word("stop", ""), None)
    assert replies.reply("stop", "") == replies.REPLIES["en"]["stop"]


def test_the_page_has_every_word() -> None:
    table = PAGE.read_text().partition("## The words")[2].partition("\n\n`ConsentWords`")[0]
    told = {
        word.strip() for row in re.findall(r"^\| .*$", table, re.MULTILINE) for word in re.split(r"[|,]", row)
    }
    ours = {
        each
        for wishes in (*words.WORDS.values(), *words.LOCAL.values())
        for some in wishes.values()
        for each in some
    }

    assert ours <= told


def test_every_language_is_answered_within_two_messages_of_its_alphabet() -> None:
    """GSM 03.38 takes 160 characters in a message, anything else 70."""
    for language in words.WORDS:
        for wish in ("stop", "start", "help"):
            assert len(replies.reply(wish, language)) <= 140
