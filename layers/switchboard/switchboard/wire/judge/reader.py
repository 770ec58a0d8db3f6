"""Read JSON as the wire types mean it, and remember where it was given otherwise than they say.

What can't be read stays as it came, for the types to refuse it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, get_args, get_origin

from switchboard.wire import shapes
from switchboard.wire.judge.scalars import KINDS
from switchboard.wire.judge.spellings import settle
from switchboard.wire.shapes import Place, Shape
from switchboard.wire.typed import Clamped, Tagged
from switchboard.wire.violations import Violation


def read(shape: Shape, value: object) -> Any:  # noqa: ANN401 - JSON
    """A value as its wire type means it: `"30"` is 30 where a number is meant, one spelling for all.

    >>> read(Action, {"action": "connect", "timeout": "30", "endpoint": [...]})
    {"action": "connect", "timeout": 30, "endpoint": [...]}
    """
    return Reader().read(shape, value)


class Reader:
    """Reads one value.

    Attributes:
        doubts: what was given otherwise than the types say, in the order of the value.
    """

    def __init__(self) -> None:
        self.doubts: list[Violation] = []

    def read(self, annotation: Shape, value: Any, field: str = "") -> Any:  # noqa: ANN401 - JSON
        """A value as the type means it; `field` is its path."""
        place = _meant(annotation, value)
        if place.shape is Any:  # the user's own, or what only Vonage knows
            return value
        match value:
            case Mapping():
                return self._object(place.shape, value, field)
            case list() | tuple():
                item = _within(place.shape, list)
                return [self.read(item, each, f"{field}[{index}]") for index, each in enumerate(value)]
        return self._scalar(place, value, field)

    def _object(self, shape: Shape, value: Mapping[str, Any], field: str) -> dict[str, Any]:
        known, other = _keys(shape), _within(shape, dict)
        fields, found = settle(shape, value) if known else (value, [])
        self.doubts += [each._replace(field=_joined(field, each.field)) for each in found]
        return {
            key: self.read(known.get(key, other), item, _joined(field, key)) for key, item in fields.items()
        }

    def _scalar(self, place: Place, value: Any, field: str) -> Any:  # noqa: ANN401 - JSON
        kind = KINDS.get(place.shape) if isinstance(place.shape, type) else None
        meant = kind.read(value) if kind else value
        if kind and type(meant) is not type(value):
            self.doubts.append(Violation("wrong", field, value, kind.words, doubt=kind.doubt))
        for rule in place.rules:
            if isinstance(rule, Clamped) and _is_number(meant) and rule.clamp(meant) != meant:
                self.doubts.append(Violation("wrong", field, value, str(rule), doubt="clamped"))
                meant = rule.clamp(meant)
        return meant


def _meant(annotation: Shape, value: object) -> Place:
    """What a place holds: of a union told apart by a key, the member that this value is."""
    place = shapes.unwrap(annotation)
    tagged = next((rule for rule in place.rules if isinstance(rule, Tagged)), None)
    if tagged and isinstance(value, Mapping):
        tag = value.get(tagged.key)
        return Place(_tags(annotation, tagged.key).get(tag, Any) if isinstance(tag, str) else Any, [])
    return place


def _within(shape: Shape, container: Shape) -> Shape:
    """What a list or an object of any keys holds; whatever it likes, if the shape is another one."""
    origin: Shape = get_origin(shape)
    return get_args(shape)[-1] if origin is container else Any


@cache
def _keys(shape: Shape) -> Mapping[str, Shape]:
    return shapes.keys(shape)


@cache
def _tags(union: Shape, key: str) -> Mapping[str, Shape]:
    return shapes.tags(union, key)


def _joined(field: str, key: str) -> str:
    return f"{field}.{key}" if field and key else f"{field}{key}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
