"""What Vonage would reject in an NCCO, and why: action, field, value, rule.

The judge is the layer's own, `switchboard.wire.judge`. What it finds doubtful is marked and run, but for what
a switch says is refused.
"""

import json
from dataclasses import dataclass
from typing import cast

from switchboard.wire.actions import Action
from switchboard.wire.judge.judgement import judge_ncco
from switchboard.wire.judge.reader import read
from switchboard.wire.typed import Between
from switchboard.wire.violations import Violation

from vonage_simulator.switches import Switches
from vonage_simulator.types import Json, JsonValue

SHOWN_CHARACTERS = 80
ASSUMED = Switches()
# How long a `connect` may ring, by the edition of Vonage's reference.
RINGING_S = {"either": Between(1, 7200), "newest": Between(1, 120), "older": Between(3, 7200)}


@dataclass(frozen=True)
class NccoProblem:
    """One thing wrong with an NCCO.

    Attributes:
        action: index of the action, from 0; None when the whole is no NCCO.
        name: the action's own name, such as `talk`.
        field: dotted path inside the action; empty for a rule about several fields.
        value: what was there, shortened.
        rule: what it breaks.
        text: field, value and rule as one sentence, the same that a deployment or a test of the layer says.
        rejected: False for what is doubtful: a field that Vonage may not know, a number given as a text, a
            value on which its sources disagree.
    """

    action: int | None
    name: str | None
    field: str
    value: str
    rule: str
    text: str
    rejected: bool = True

    def as_json(self) -> Json:
        """The problem as the journal shows it."""
        return {key: value for key, value in vars(self).items() if value not in (None, "")}


def problems_of(ncco: JsonValue, switches: Switches = ASSUMED) -> list[NccoProblem]:
    """Everything wrong with an NCCO; empty when Vonage would run it as it stands."""
    if not isinstance(ncco, list):
        rule = "an NCCO is a JSON array of actions"
        return [NccoProblem(None, None, "", _shown(ncco), rule, rule)]
    judged = judge_ncco(ncco)
    found = [
        _as_problem(index, _name(ncco[index]), violation, rejected=is_refused(violation, switches))
        for index, violation in [*judged.refused, *judged.doubtful]
    ]
    return sorted(found, key=lambda problem: problem.action or 0)


def is_refused(violation: Violation, switches: Switches) -> bool:
    """Whether this Vonage refuses what the judge found: certainly, or because a switch says so."""
    if not violation.is_doubtful:
        return True
    match violation.doubt:
        case "text for a number":
            return switches.text_for_number == "refuse"
        case "number for a text":
            return switches.number_for_text == "refuse"
        case "input without type":
            return switches.input_without_type == "refuse"
        case "handed on":
            return switches.whatsapp_custom == "refuse"
        case "connect timeout":
            return not RINGING_S[switches.connect_timeout].holds(cast(int, violation.value))
    return False


def settled(action: Json) -> Json:
    """An action as it is played: its numbers are numbers, its spelling is the documented one."""
    played: Json = read(Action, action)
    return played


def _as_problem(index: int, name: str | None, violation: Violation, *, rejected: bool) -> NccoProblem:
    if rejected:
        violation = violation._replace(doubt="")
    field, value, rule = violation.field, _shown(violation.value), violation.rule
    match violation.kind:
        case "missing":
            value, rule = "nothing", "is required" if rejected else f"should be {rule}"
        case "unknown":
            rule = "is not a field of this action"
        case "broken":
            value = value if field else ""
        case _:
            rule = f"{'must' if rejected else 'should'} be {rule}"
    return NccoProblem(index, name, field, value, rule, str(violation), rejected)


def _name(action: JsonValue) -> str | None:
    return action.get("action") if isinstance(action, dict) else None


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
