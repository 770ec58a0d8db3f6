"""Look into the wire types: which keys a shape has, and what holds at a path inside it."""

import types
from collections.abc import Mapping, Sequence
from typing import (
    Annotated,
    Any,
    NamedTuple,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from switchboard.wire.typed import Constraint, Tagged

Shape = Any  # a TypedDict, Literal, union or plain type: no one type of Python's stands for them all


class Place(NamedTuple):
    """A place inside a shape: its own shape, the rules on it, and the field as people write it."""

    shape: Shape
    rules: list[Constraint]
    field: str = ""


def keys(shape: Shape) -> Mapping[str, Shape]:
    """Return the keys of a `TypedDict` with their types and constraints; nothing for any other shape."""
    return get_type_hints(shape, include_extras=True) if hasattr(shape, "__required_keys__") else {}


def unwrap(annotation: Shape) -> Place:
    """Return a type without its wrappers, and the rules that were among them."""
    rules: list[Constraint] = []
    while _origin(annotation) in (Annotated, Required, NotRequired):
        annotation, *metadata = get_args(annotation)[:1] + getattr(annotation, "__metadata__", ())
        rules += [item for item in metadata if isinstance(item, Constraint)]
    return Place(annotation, rules)


def members(annotation: Shape) -> list[Shape]:
    """Return the shapes of a union, or the one shape."""
    shape = unwrap(annotation).shape
    if _origin(shape) in (Union, types.UnionType):
        return [member for part in get_args(shape) for member in members(part)]
    return [shape]


def tags(union: Shape, key: str) -> dict[str, Shape]:
    """Return the members of a union by the values of `key` that tell them apart."""
    return {tag: member for member in members(union) for tag in get_args(unwrap(keys(member)[key]).shape)}


def _origin(annotation: Shape) -> Shape:
    return get_origin(annotation)


def locate(shape: Shape, path: Sequence[str | int]) -> Place:
    """Return what is at a path that pydantic reports: keys, indexes and, in a union, the tag of its member.

    A path that leads out of the types ends at the shape `Any`.
    """
    place = unwrap(shape)
    for step in path:
        tagged = next((rule for rule in place.rules if isinstance(rule, Tagged)), None)
        if tagged:
            inner, field = tags(place.shape, tagged.key).get(str(step), Any), place.field
        elif isinstance(step, int):
            inner, field = (get_args(place.shape) or (Any,))[0], f"{place.field}[{step}]"
        else:
            field = f"{place.field}.{step}" if place.field else step
            in_map = get_args(place.shape)[1] if _origin(place.shape) is dict else Any
            inner = keys(place.shape).get(step, in_map)
        place = unwrap(inner)._replace(field=field)
    return place
