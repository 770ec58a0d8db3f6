"""A question that is asked in a call: what is prepared for it, what is played, and how it is judged after."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from operate.ask_vonage.account import Json
from operate.ask_vonage.phone_call import PhoneCall
from operate.ask_vonage.question import Question
from operate.ask_vonage.webhooks import Webhooks


def _nothing(_: Any) -> None:  # noqa: ANN401 - whatever it is
    """Nothing has to be done."""


@dataclass(frozen=True)
class Step(Question[PhoneCall]):
    """A question of a call; `look` judges it when the call is over.

    Attributes:
        prepare: Plans replies, before it is dialled.
        play: Plays something while it goes on.
    """

    prepare: Callable[[Webhooks], None] = _nothing
    play: Callable[[PhoneCall], None] = _nothing


def talk(text: str, **options: object) -> Json:
    """Say something."""
    return {"action": "talk", "text": text, **options}


def notify(url: str) -> Json:
    """Tell an address of ours."""
    return {"action": "notify", "payload": {"asked": True}, "eventUrl": [url]}
