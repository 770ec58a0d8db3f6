"""Choices by the channel's own means: buttons or a list on WhatsApp, suggestions on RCS, numbers elsewhere.

Source: `switchboard.wire.content.whatsapp_custom` for WhatsApp; for RCS Vonage's .NET and Python SDKs,
`ReplySuggestion` and `RcsSuggestionReply`: 25 characters, and `postback_data` comes back as `reply.id`.
Neither was tried against the live service.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from switchboard import whatsapp
from switchboard.dialogs.chats.words import plain, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from switchboard.wire.content.whatsapp_custom.content import InteractiveContent
    from switchboard.wire.content.whatsapp_custom.interactive import Row
    from switchboard.wire.content.whatsapp_custom.parts import ReplyButton

Content = dict[str, Any]

_BUTTONS, _BUTTON_TITLE = 3, 20
_ROWS, _ROW_TITLE = 10, 24
_BODY = 1024
_SUGGESTIONS, _SUGGESTION_TEXT = 11, 25

# Python makes no number of 4,301 digits or more, and nobody offers as many choices as six can count.
_MOST_DIGITS = 6


def offered(channel: str, prompt: str, choices: Sequence[str], question: str, open_list: str) -> Content:
    """The content of a message that asks: `message_type` and what goes with it.

    Args:
        channel: Vonage's name of it.
        prompt: what is asked.
        choices: what each is called.
        question: names the question, so that a tap on an older one's button is known for what it is.
        open_list: what stands on the button that opens a list.
    """
    longest = max(map(len, choices))
    if channel == "whatsapp" and len(prompt) <= _BODY:
        if len(choices) <= _BUTTONS and longest <= _BUTTON_TITLE:
            return _custom(whatsapp.buttons(prompt, *_titled(choices, question)))
        if len(choices) <= _ROWS and longest <= _ROW_TITLE:
            rows: list[Row] = [
                {"id": each["id"], "title": each["title"]} for each in _titled(choices, question)
            ]
            return _custom(whatsapp.list_(prompt, open_list, {"rows": rows}))
    if channel == "rcs" and len(choices) <= _SUGGESTIONS and longest <= _SUGGESTION_TEXT:
        chips = [
            {"type": "reply", "text": choice, "postback_data": f"{question}.{index}"}
            for index, choice in enumerate(choices)
        ]
        return {"message_type": "text", "text": prompt, "suggestions": chips}
    return {"message_type": "text", "text": "\n".join([prompt, *_lines(choices)])}


def chosen(message: Mapping[str, Any], choices: Sequence[str], question: str) -> str | None:
    """Which of the choices a message means: what was tapped, the words, or the number before them."""
    match message:
        case {"reply": {"id": str(tapped)}} if tapped.startswith(f"{question.partition('.')[0]}."):
            offered_ids = [f"{question}.{index}" for index in range(len(choices))]
            return choices[offered_ids.index(tapped)] if tapped in offered_ids else None
    said = plain(words(message))
    known, are_numbered = _read(tuple(choices))
    if said in known:
        return choices[known.index(said)]
    number = int(said) if said.isdecimal() and len(said) <= _MOST_DIGITS else 0
    if are_numbered and 0 < number <= len(choices):
        return choices[number - 1]
    return None


def _titled(choices: Sequence[str], question: str) -> list[ReplyButton]:
    return [{"id": f"{question}.{index}", "title": choice} for index, choice in enumerate(choices)]


def _custom(content: InteractiveContent) -> Content:
    return {"message_type": "custom", "custom": content}


def _lines(choices: Sequence[str]) -> list[str]:
    _, are_numbered = _read(tuple(choices))
    if not are_numbered:
        return list(choices)
    return [f"{number} {choice}" for number, choice in enumerate(choices, start=1)]


@functools.lru_cache(maxsize=64)
def _read(choices: tuple[str, ...]) -> tuple[list[str], bool]:
    """Choices as answers are compared with them; and whether a number can only be the place of one."""
    known = [plain(choice) for choice in choices]
    return known, not any(choice.isdecimal() for choice in known)
