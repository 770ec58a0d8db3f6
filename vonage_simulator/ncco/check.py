"""What Vonage would reject in an NCCO, and why: action, field, value, rule.

Each action is checked against the layer's own types, then against the rules that hold between fields and
between actions. Source: Vonage NCCO reference.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from switchboard.wire.actions import Action
from switchboard.wire.rules import broken_rules
from switchboard.wire.violations import Violation, violations

from vonage_simulator.types import Json, JsonValue

SHOWN_CHARACTERS = 80
WAIT_S = (0.1, 7200.0)


@dataclass(frozen=True)
class NccoProblem:
    """One thing wrong with an NCCO.

    Attributes:
        action: index of the action, from 0; None when the whole is no NCCO.
        name: the action's own name, such as `talk`.
        field: dotted path inside the action; empty for a rule about several fields.
        value: what was there, shortened.
        rule: what it breaks.
        rejected: False for what Vonage is taken to tolerate: a field it does not know, or the other of two
            spellings on which its sources disagree.
    """

    action: int | None
    name: str | None
    field: str
    value: str
    rule: str
    rejected: bool = True

    def as_json(self) -> Json:
        """The problem as the journal shows it."""
        return {key: value for key, value in vars(self).items() if value not in (None, "")}


def problems_of(ncco: JsonValue) -> list[NccoProblem]:
    """Everything wrong with an NCCO; empty when Vonage would run it as it stands."""
    if not isinstance(ncco, list):
        return [NccoProblem(None, None, "", _shown(ncco), "an NCCO is a JSON array of actions")]
    found = [problem for index, action in enumerate(ncco) for problem in _action_problems(index, action)]
    found += [NccoProblem(index, _name(ncco[index]), "", "", rule) for index, rule in broken_rules(ncco)]
    return sorted(found, key=lambda problem: problem.action or 0)


def _action_problems(index: int, action: JsonValue) -> Iterator[NccoProblem]:
    settled = one_spelling(action)
    for name, (_, documented) in SPELLINGS.items():
        if isinstance(action, dict) and name in action and settled[name] != action[name]:
            rule = f"is documented as {documented}; sources disagree"
            yield NccoProblem(index, _name(action), name, _shown(action[name]), rule, rejected=False)
    for violation in violations(Action, _clamped(settled), strict=True):
        yield _as_problem(index, _name(action), violation)


def one_spelling(action: JsonValue) -> JsonValue:
    """The action in the documented spelling, where the reference or an official SDK has another."""
    if not isinstance(action, dict):
        return action
    spelt = {name: spell(action[name]) for name, (spell, _) in SPELLINGS.items() if name in action}
    return {**action, **spelt}


def _the_one(value: JsonValue) -> JsonValue:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _in_a_list(value: JsonValue) -> JsonValue:
    return [value] if isinstance(value, str) else value


SPELLINGS = {
    "ringbackTone": (_the_one, "a URL"),  # Vonage's Python SDK sends a list
    "musicOnHoldUrl": (_in_a_list, "an array of one URL"),  # the reference's text says a URL
}


def clamped_wait_s(action: Json) -> float:
    """Seconds that a `wait` lasts: out of range is no error, it is brought into range."""
    lowest, highest = WAIT_S
    return min(max(float(action.get("timeout", 10)), lowest), highest)


def _clamped(action: JsonValue) -> JsonValue:
    timed = isinstance(action, dict) and action.get("action") == "wait"
    return (
        {**action, "timeout": clamped_wait_s(action)}
        if timed and _is_number(action.get("timeout"))
        else action
    )


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_problem(index: int, name: str | None, violation: Violation) -> NccoProblem:
    field, value = violation.field, _shown(violation.value)
    match violation.kind:
        case "missing":
            return NccoProblem(index, name, field, "nothing", "is required")
        case "unknown":
            return NccoProblem(index, name, field, value, "is not a field of this action", rejected=False)
    return NccoProblem(index, name, field, value, f"must be {violation.rule}")


def _name(action: JsonValue) -> str | None:
    return action.get("action") if isinstance(action, dict) else None


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
