"""The words by which people end and begin what they are sent, and ask for help: by country and language.

A word is the whole message, once or several times, whatever its case, accents and punctuation. Those of the
United States and Canada that mean something else elsewhere, such as END or CANCEL, count for numbers of +1
alone. docs/consent.md has the list with its sources; the stack's parameter ConsentWords adds to it.

What only sounds like one ("stop please") is `unclear`: law may count it, and no list can.
"""

import functools
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, cast

Wish = Literal["stop", "start", "help"]

# By language. The first of each is what the replies name.
WORDS: Mapping[str, Mapping[Wish, tuple[str, ...]]] = {
    "en": {
        "stop": ("STOP", "STOPALL", "STOP ALL", "OPT OUT", "OPTOUT", "UNSUBSCRIBE", "UNSUB"),
        "start": ("START", "UNSTOP"),
        "help": ("HELP",),
    },
    "fr": {"stop": ("ARRET",), "start": (), "help": ("AIDE",)},
    "de": {"stop": ("HALT",), "start": (), "help": ("HILFE",)},
    "es": {"stop": ("DETENER",), "start": (), "help": ("AYUDA",)},
    "pt": {"stop": ("PARAR",), "start": (), "help": ("AJUDA",)},
    "it": {"stop": ("FERMA",), "start": (), "help": ("AIUTO",)},
    "nl": {"stop": (), "start": (), "help": ("HULP",)},
    "pl": {"stop": ("ZATRZYMAJ",), "start": (), "help": ("POMOCY",)},
    "ru": {"stop": ("ОСТАНОВИТЬ",), "start": (), "help": ("ПОМОЩЬ",)},
}
# By the beginning of the number that they come from, in English.
LOCAL: Mapping[str, Mapping[Wish, tuple[str, ...]]] = {"1": {"stop": ("QUIT", "END", "REVOKE", "CANCEL")}}

_SETTING = "SWITCHBOARD_CONSENT_WORDS"
_MORE = re.compile(
    r"\s*(?P<wish>stop|start|help)(?:@(?P<code>[0-9]{1,15}))?:(?P<word>[^:]{1,40})", re.IGNORECASE
)
_HELP_MEANS_WHO = {"sms", "mms", "rcs"}
# Longer than that, a message says more than a wish.
_MOST_WORDS = 6
_SOUNDS_LIKE = ("STOP", "UNSUBSCRIBE", "UNSUB", "ARRET", "OPTOUT", "OPT OUT")


class Word(NamedTuple):
    """What somebody wishes, and the language of the word that said so."""

    wish: Literal["stop", "start", "help", "unclear"]
    language: str


class Writer(NamedTuple):
    """Who wrote a message, to whom and by which channel; `text` is what they wrote or tapped."""

    person: str
    sender: str
    channel: str
    text: str


def word_of(text: str, person: str, channel: str = "sms") -> Word | None:
    """The wish that a message is, if it is one.

    Args:
        text: what somebody wrote.
        person: their number, whose beginning is the country's; or another address.
        channel: by which they wrote it. HELP asks who it is that writes where there is only a number.
    """
    parts = _normal(text).split()
    if not parts:
        return None
    said = parts[0] if len(set(parts)) == 1 else " ".join(parts)  # STOP STOP STOP
    for beginning, word, found in _words(os.environ.get(_SETTING, "")):
        if said == word and person.removeprefix("+").startswith(beginning):
            return found if found.wish != "help" or channel in _HELP_MEANS_WHO else None
    if len(parts) <= _MOST_WORDS and any(f" {each} " in f" {said} " for each in _SOUNDS_LIKE):
        return Word("unclear", "en")
    return None


def written(payload: Mapping[str, Any]) -> Writer | None:
    """Who wrote what, of a `messages.inbound` of either shape; None of an e-mail, which quotes others."""
    match payload:
        case {
            "from": {"type": channel} as who,
            "to": Mapping() as whom,
            "message": {"content": {"text": text}},
        }:
            found = (who.get("number") or who.get("id"), whom.get("number") or whom.get("id"), channel, text)
        case {"from": who, "to": whom, "channel": channel}:
            tapped = payload.get("button") or payload.get("reply")
            words = tapped if isinstance(tapped, Mapping) else {}
            text = payload.get("text") or words.get("text") or words.get("title")
            found = (who, whom, channel, text)
        case _:
            return None
    if found[2] == "email" or not all(isinstance(part, str) and part for part in found):
        return None
    return Writer(*cast(tuple[str, str, str, str], found))


@functools.cache
def _words(more: str) -> tuple[tuple[str, str, Word], ...]:
    """The beginning of a number, the word, and what it means."""
    return (*_ours(), *_theirs(more))


def _ours() -> Iterator[tuple[str, str, Word]]:
    for language, wishes in WORDS.items():
        for wish, words in wishes.items():
            yield from (("", _normal(word), Word(wish, language)) for word in words)
    for beginning, wishes in LOCAL.items():
        for wish, words in wishes.items():
            yield from ((beginning, _normal(word), Word(wish, "en")) for word in words)


def _theirs(more: str) -> Iterator[tuple[str, str, Word]]:
    # template.yaml takes no others.
    for match in filter(None, map(_MORE.fullmatch, more.split(","))):
        yield match["code"] or "", _normal(match["word"]), Word(cast(Wish, match["wish"].lower()), "")


def _normal(text: str) -> str:
    """Without case, accents, punctuation and superfluous blanks."""
    apart = unicodedata.normalize("NFKD", text.upper())
    kept = (each if each.isalnum() else " " for each in apart if not unicodedata.combining(each))
    return " ".join("".join(kept).split())
