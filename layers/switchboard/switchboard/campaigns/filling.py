"""Placeholders: `{name}` in any text of a message stands for the cell of the column `name`.

`{{` and `}}` are the braces themselves.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def names(node: object) -> Iterator[str]:
    """The columns that a part of a message has placeholders for."""
    for text in _texts(node):
        yield from (match[1] for match in _PLACE.finditer(text) if match[1] is not None)


def filled(node: Any, cells: Mapping[str, str]) -> Any:  # noqa: ANN401 - any part of a document
    """A part of a message, with the cells of a row in place of its columns' names."""
    if isinstance(node, str):
        return _PLACE.sub(lambda match: match[0][0] if match[1] is None else cells[match[1]], node)
    if isinstance(node, list):
        return [filled(each, cells) for each in node]
    return {name: filled(each, cells) for name, each in node.items()} if isinstance(node, dict) else node


def is_deeper(node: object, levels: int) -> bool:
    """Whether a document has more levels, found without recursion, which would end there."""
    level = [node]
    for _ in range(levels):
        level = [child for each in level for child in _children(each)]
    return bool(level)


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    for each in _children(node):
        yield from _texts(each)


def _children(node: object) -> Iterable[object]:
    return node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
