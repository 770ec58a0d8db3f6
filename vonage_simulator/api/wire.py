"""Request bodies checked against the layer's wire types, with the problems as Vonage lists them."""

from functools import cache

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from switchboard.wire.shapes import Shape, locate

from vonage_simulator.api.problems import InvalidParameter
from vonage_simulator.types import JsonValue


@cache
def _adapter(shape: Shape) -> TypeAdapter[JsonValue]:
    return TypeAdapter(shape)


def problems_of(shape: Shape, value: JsonValue, at: str = "") -> list[InvalidParameter]:
    """What is wrong with a value as one of the wire types; members it does not know are let through."""
    try:
        _adapter(shape).validate_python(value, strict=True, extra="allow")
    except ValidationError as error:
        return [_problem(shape, detail, at) for detail in error.errors()]
    return []


def _problem(shape: Shape, detail: ErrorDetails, at: str) -> InvalidParameter:
    place, kind = locate(shape, detail["loc"]), detail["type"]
    tag = detail["ctx"]["discriminator"].strip("'") if kind.startswith("union_tag") else None
    name = ".".join(filter(None, [at, place.field, tag])) or "body"
    match kind:
        case "missing" | "union_tag_not_found":
            return InvalidParameter(name, "is required")
        case "union_tag_invalid":
            return InvalidParameter(name, f"must be one of: {detail['ctx']['expected_tags']}")
    rule = "" if kind.endswith("_type") else " and ".join(map(str, place.rules))
    return InvalidParameter(name, f"must be {rule}" if rule else detail["msg"])
