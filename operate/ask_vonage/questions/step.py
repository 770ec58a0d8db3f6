"""A question that is asked in a call: what is prepared for it, what is played, and how it is judged after."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from operate.ask_vonage.account import Json
from operate.ask_vonage.phone_call import PhoneCall
from operate.ask_vonage.question import Question, Seen, UndecidedError
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


ACCEPT_OR_REFUSE = ("accept", "refuse")


def accepts(call: PhoneCall, name: str) -> Seen:
    """Whether something that was played under a name was taken."""
    refusal = call.refusal(name)
    if refusal is None:
        return Seen("accept", "it was played, and so was what came after it")
    return Seen("refuse", f"the fallback was asked: {refusal}")


def arrived(call: PhoneCall, name: str) -> Json:
    """What was told at an address; UndecidedError when nothing was."""
    told = call.hooks.of(name)
    if not told:
        raise UndecidedError("it was taken, and nothing came of it")
    return told[0].fields


def talk(text: str, **options: object) -> Json:
    """Say something."""
    return {"action": "talk", "text": text, **options}


def notify(url: str) -> Json:
    """Tell an address of ours."""
    return {"action": "notify", "payload": {"asked": True}, "eventUrl": [url]}
