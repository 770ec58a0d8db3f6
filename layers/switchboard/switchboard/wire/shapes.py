"""Look into the wire types: which keys a shape has, and what holds at a path inside it."""

from collections.abc import Mapping, Sequence
from types import NoneType, UnionType
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

_HAS_KEYS = ("__required_keys__", "__dataclass_fields__", "__pydantic_fields__")


class Place(NamedTuple):
    """A place inside a shape: its own shape, the rules on it, and the field as people write it."""

    shape: Shape
    rules: list[Constraint]
    field: str = ""


def keys(shape: Shape) -> Mapping[str, Shape]:
    """The keys of a `TypedDict`, a dataclass or a pydantic model with their types; none of another shape."""
    has_keys = any(hasattr(shape, mark) for mark in _HAS_KEYS)
    return get_type_hints(shape, include_extras=True) if has_keys else {}


def unwrap(annotation: Shape) -> Place:
    """A type without its wrappers, and the rules that were among them."""
    rules: list[Constraint] = []
    while _origin(annotation) in (Annotated, Required, NotRequired):
        annotation, *metadata = get_args(annotation)[:1] + getattr(annotation, "__metadata__", ())
        rules += [item for item in metadata if isinstance(item, Constraint)]
    return Place(annotation, rules)


def members(annotation: Shape) -> list[Shape]:
    """The shapes of a union, or the one shape."""
    shape = unwrap(annotation).shape
    if _origin(shape) in (Union, UnionType):
        return [member for part in get_args(shape) for member in members(part)]
    return [shape]


def tags(union: Shape, key: str) -> dict[str, Shape]:
    """The members of a union by the values of `key` that tell them apart."""
    return {tag: member for member in members(union) for tag in get_args(unwrap(keys(member)[key]).shape)}


def _origin(annotation: Shape) -> Shape:
    return get_origin(annotation)


def locate(shape: Shape, path: Sequence[str | int]) -> Place:
    """What is at a path that pydantic reports: keys, indexes and, in a union, the tag of its member.

    What may be null is taken for what it is otherwise. A path that leads out of the types ends at `Any`.
    """
    place = _given(shape)
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
        place = _given(inner)._replace(field=field)
    return place


def _given(annotation: Shape) -> Place:
    place = unwrap(annotation)
    match [part for part in get_args(place.shape) if part is not NoneType]:
        case [given] if NoneType in get_args(place.shape):
            return _given(given)
    return place
