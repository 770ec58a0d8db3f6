"""Request bodies judged by the layer's wire types, with the problems as Vonage lists them."""

from collections.abc import Iterator

from switchboard.wire.judge.judgement import Judgement, judge
from switchboard.wire.shapes import Shape
from switchboard.wire.violations import Violation

from vonage_simulator.api.problems import InvalidParameter
from vonage_simulator.ncco.check import is_refused
from vonage_simulator.switches import Switches
from vonage_simulator.types import JsonValue


def problems_of(shape: Shape, value: JsonValue) -> list[InvalidParameter]:
    """What is wrong with a value as one of the wire types; members it does not know are let through."""
    return [as_parameter(violation) for violation in judge(shape, value).refused]


def refused_in(judgement: Judgement, switches: Switches) -> Iterator[InvalidParameter]:
    """What this Vonage refuses in a judged body: what is certainly refused, and what a switch says is."""
    for violation in [*judgement.refused, *judgement.doubtful]:
        if is_refused(violation, switches):
            yield as_parameter(violation)


def as_parameter(violation: Violation) -> InvalidParameter:
    """The entry of `invalid_parameters` that tells of a violation."""
    match violation.kind:
        case "missing":
            reason = "is required"
        case "unknown":
            reason = "is not allowed"
        case "broken":
            reason = violation.rule
        case _:
            reason = f"must be {violation.rule}"
    return InvalidParameter(violation.field or "body", reason)
