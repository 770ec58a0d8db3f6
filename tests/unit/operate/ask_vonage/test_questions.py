"""Each question finds the position that its switch is in, whichever that is."""

import dataclasses
import typing

import pytest

from operate.ask_vonage import run
from operate.ask_vonage.question import Position
from tests.unit.operate.ask_vonage.conftest import HANGS_UP, HEARS_HELLO, World
from vonage_simulator.switches import Switches

DOES = {"confidence": HEARS_HELLO, "hung_up_recording": HANGS_UP}
UNASKED = {question.switch for question in run.UNASKED}
NUMBERS = {"voice_retry_pause_s": (0.5, 2.0)}
POSITIONS = [
    (question.switch, position)
    for question in run.QUESTIONS
    if question.switch not in UNASKED
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
    assert len(run.QUESTIONS) == len(dataclasses.fields(Switches))
