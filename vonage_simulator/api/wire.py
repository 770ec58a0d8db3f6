"""Request bodies checked against the layer's wire types, with the problems as Vonage lists them."""

from switchboard.wire.shapes import Shape
from switchboard.wire.violations import Violation, violations

from vonage_simulator.api.problems import InvalidParameter
from vonage_simulator.types import JsonValue


def problems_of(shape: Shape, value: JsonValue) -> list[InvalidParameter]:
    """What is wrong with a value as one of the wire types; members it does not know are let through."""
    found = violations(shape, value, strict=True)
    return [as_parameter(violation) for violation in found if violation.kind != "unknown"]


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
