"""Each question finds the position that its switch is in, whichever that is."""

import dataclasses
import json
import re
import typing
from collections.abc import Callable

import pytest

from operate.ask_vonage import run
from operate.ask_vonage.phone_call import PhoneCall
from operate.ask_vonage.question import Position, Seen, UndecidedError
from operate.ask_vonage.questions import calls, unasked
from operate.ask_vonage.webhooks import Arrived
from operate.paths import ROOT
from tests.unit.operate.ask_vonage.conftest import HANGS_UP, HEARS_HELLO, World
from vonage_simulator.switches import Switches

DOES = {"confidence": HEARS_HELLO, "hung_up_recording": HANGS_UP}
UNASKED = {question.switch for question in unasked.QUESTIONS}
NUMBERS = {"voice_retry_pause_s": (0.5, 2.0)}
POSITIONS = [
    (question.switch, position)
    for question in run.QUESTIONS
    if question.has_switch and question.switch not in UNASKED
    for position in NUMBERS.get(question.switch, question.positions)
]


@pytest.mark.parametrize(("switch", "position"), POSITIONS)
def test_position_of_a_switch_is_found(world: World, switch: str, position: Position) -> None:
    world.person.does = DOES.get(switch, ())
    answer = world.positioned(**{switch: position}).ask(switch)[switch]
    assert answer.found == position, answer.seen
    assert world.is_clean()


def test_every_switch_has_a_question_with_its_positions_and_its_default_first() -> None:
    types = typing.get_type_hints(Switches)
    for each in dataclasses.fields(Switches):
        (question,) = [one for one in run.QUESTIONS if one.switch == each.name]
        assert question.positions[0] == each.default
        if each.name not in NUMBERS:
            choices = (True, False) if types[each.name] is bool else typing.get_args(types[each.name])
            assert set(question.positions) == set(choices), each.name
    assert sum(question.has_switch for question in run.QUESTIONS) == len(dataclasses.fields(Switches))


def test_every_question_is_on_the_page_of_the_documentation() -> None:
    section = (ROOT / "docs" / "ask-vonage.md").read_text().partition("## The questions")[2]
    rows = "".join(line for line in section.splitlines() if line.startswith("| "))
    assert set(re.findall(r"`(\w+)`", rows)) == {question.switch for question in run.QUESTIONS}


def asked(world: World, name: str) -> Callable[..., Seen]:
    """A question about a call in which only so much arrived."""
    (step,) = [question for question in calls.QUESTIONS if question.switch == name]

    def look(*arrived: Arrived) -> Seen:
        world.inquiry.open_webhooks().arrived[:] = arrived
        return step.look(PhoneCall(world.inquiry))

    return look


def came(name: str, query: str = "", **fields: object) -> Arrived:
    return Arrived(name, 0.0, query, {}, json.dumps(fields).encode())


def test_body_of_a_retry_is_compared_with_the_first(world: World) -> None:
    look = asked(world, "retry_body")
    assert look(came("answer", at=1), came("answer", at=1)).position == "equal"
    assert look(came("answer", at=1), came("answer", at=2)) == (
        "different",
        "the retry's body had another at",
    )
    with pytest.raises(UndecidedError, match="not asked again"):
        look(came("answer", at=1))


@pytest.mark.parametrize(
    ("query", "told", "position"),
    [
        ("step=3&mark=a%2Fb", "step=3&mark=a%2Fb", "kept"),
        ("step=3&mark=a/b", "step=3&mark=a%2Fb", "changed"),
        ("step=3&mark=a%2Fb", "", "changed"),
    ],
)
def test_query_of_an_event_url_is_looked_for_in_both_requests(
    world: World, query: str, told: str, position: str
) -> None:
    original = {"url": f"https://tunnel.example.com/secret/query?{told}", "type": "event"}
    look = asked(world, "event_url_query")
    assert look(came("query", query), came("fallback", original_request=original)).position == position


@pytest.mark.parametrize("name", ["event_retry", "rtc_retry"])
def test_retry_of_what_is_permanent_alone_decides_nothing(world: World, name: str) -> None:
    look = asked(world, name)
    where = name.partition("_")[0]
    permanent, transient = came(where, uuid="1", id=1), came(where, uuid="2", id=2)
    with pytest.raises(UndecidedError, match="answered 500: came 2 times, answered 503: came 1 times"):
        look(permanent, permanent, transient)
    with pytest.raises(UndecidedError, match="1 different ones came"):
        look(permanent)
