"""Numbers, booleans and texts as the world sends them: `"30"` and `"true"` stand for 30 and true.

Vonage's own NCCO reference has `"timeout": "45"` and `"bargeIn": "true"`, its PHP SDK writes every number and
boolean of an NCCO as a text, its .NET SDK most of them; the Voice API's OpenAPI file has `level` as a text,
the Python and Java SDKs send a number. What is taken is the plain form alone: not `"1e3"`, `" 5"`, `"0,5"` or
`"yes"`.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from switchboard.wire.typed import Doubt

# Far beyond anything that anybody counts, and short of what Python itself refuses to read.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,299})(?:\.[0-9]{1,400})?")
_BOOLEANS = {"true": True, "false": False}


class Kind(NamedTuple):
    """How a type of scalar is read, and why it is doubtful that Vonage reads it so."""

    read: Callable[[Any], Any]
    words: str
    doubt: Doubt


def _number(value: Any) -> Any:  # noqa: ANN401 - JSON
    """What a text stands for that is a number; anything else as it came."""
    if not (isinstance(value, str) and _NUMBER.fullmatch(value)):
        return value
    return float(value) if "." in value else int(value)


def _whole_number(value: Any) -> Any:  # noqa: ANN401 - JSON
    number = _number(value)
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _boolean(value: Any) -> Any:  # noqa: ANN401 - JSON
    return _BOOLEANS.get(value.lower(), value) if isinstance(value, str) else value


def _text(value: Any) -> Any:  # noqa: ANN401 - JSON
    return json.dumps(value) if isinstance(value, bool | int | float) else value


KINDS: Mapping[type, Kind] = {
    int: Kind(_whole_number, "a whole number", "text for a number"),
    float: Kind(_number, "a number", "text for a number"),
    bool: Kind(_boolean, "true or false", "text for a number"),
    str: Kind(_text, "a text", "number for a text"),
}
