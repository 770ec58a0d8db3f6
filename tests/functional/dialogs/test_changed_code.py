"""A call that goes on with other code than it began with: told at the step where it shows, never silence."""

from collections.abc import Mapping
from typing import Any

import pytest
from switchboard import Call, call_dialog, talk
from switchboard.dialogs.calls.webhook import CallDialog
from switchboard.dialogs.history import ask

from tests.functional.dialogs.reception import NUMBER
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.types import Json

pytestmark = pytest.mark.flows_may_fail


def look_up(number: str) -> str:
    return number


def find(number: str) -> str:
    return number


@call_dialog
async def before(call: Call) -> None:
    await call.ask("First?", choices={"1": "one", "2": "two"})
    await call.do(look_up, call.caller)
    await call.ask("Second?", max_digits=4)
    await call.ask("Third?", choices={"1": "one"})
    call.say("Goodbye.")


@call_dialog
async def with_other_choices(call: Call) -> None:
    await call.ask("First?", choices={"1": "one", "3": "three"})
    await call.do(look_up, call.caller)
    await call.ask("Second?", max_digits=4)
    await call.ask("Third?", choices={"1": "one"})


@call_dialog
async def with_another_effect(call: Call) -> None:
    await call.ask("First?", choices={"1": "one", "2": "two"})
    await call.do(find, call.caller)
    await call.ask("Second?", max_digits=4)
    await call.ask("Third?", choices={"1": "one"})


@call_dialog
async def with_a_step_less(call: Call) -> None:
    await call.ask("First?", choices={"1": "one", "2": "two"})
    await call.ask("Second?", max_digits=4)
    await call.ask("Third?", choices={"1": "one"})


@call_dialog(on_changed=[talk("Please call again.")])
async def with_a_last_word(call: Call) -> None:
    await call.ask("Anything else?", choices={"9": None})


@call_dialog
async def with_corrected_words(call: Call) -> None:
    await call.ask("At first?", choices={"2": "two!", "1": "one!"})

    await call.do(look_up, call.called)
    await call.ask("And then?", max_digits=4)
    await call.ask("At last?", choices={"1": "one"})
    call.say("Good day.")


looked_up: list[str] = []


@call_dialog
async def with_a_secret(call: Call) -> None:
    await call.do(looked_up.append, call.caller)
    await call.ask_secret("Your PIN?", len, max_digits=4)
    call.say("Thank you.")


class Deployed:
    """The answer function, deployed anew before the caller's n-th answer."""

    is_dialog = True

    def __init__(self, then: CallDialog, at: int) -> None:
        self._then = then
        self._left = at

    def __call__(self, event: Json, context: object) -> Mapping[str, Any]:
        self._left -= "dtmf" in event.get("body", "")
        return (before if self._left > 0 else self._then)(event, context)


def answers_three_questions(phone: Phone) -> None:
    call = phone.dial(NUMBER)
    for keys in ("1", "1234", "1"):
        call.presses(keys)
    call.hears("nothing that anybody says")


CHANGES = [
    (with_other_choices, 1), (with_other_choices, 2), (with_other_choices, 3),
    (with_another_effect, 2), (with_another_effect, 3), (with_a_step_less, 2), (with_a_step_less, 3),
]  # fmt: skip


@pytest.mark.parametrize(("then", "at"), CHANGES)
def test_a_caller_hears_an_apology_in_place_of_another_s_answer(
    phone: Phone, webhooks: dict[str, Handler], then: CallDialog, at: int
) -> None:
    webhooks["answer"] = Deployed(then, at)

    with pytest.raises(AssertionError, match="We are sorry"):
        answers_three_questions(phone)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_the_last_word_may_be_one_s_own(phone: Phone, webhooks: dict[str, Handler], at: int) -> None:
    webhooks["answer"] = Deployed(with_a_last_word, at)

    with pytest.raises(AssertionError, match="Please call again"):
        answers_three_questions(phone)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_other_words_change_nothing(phone: Phone, webhooks: dict[str, Handler], at: int) -> None:
    webhooks["answer"] = Deployed(with_corrected_words, at)

    with pytest.raises(AssertionError, match="Good day"):
        answers_three_questions(phone)


def test_no_effect_is_done_again_for_a_caller_whose_history_was_erased(
    phone: Phone, webhooks: dict[str, Handler]
) -> None:
    looked_up.clear()
    webhooks["answer"] = with_a_secret
    call = phone.dial(NUMBER)
    call.hears("Your PIN?")

    ask("DeleteItem", {"Key": {"id": {"S": call.conversation}}})
    call.presses("1234")

    call.hears("we cannot help you this way")
    assert len(looked_up) == 1
