"""What a flow returned: an NCCO for the call, commands for Vonage, or nothing."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from switchboard.errors import NccoError
from switchboard.ncco import as_wire

Json = Mapping[str, Any]

_ENCODER = json.JSONEncoder(allow_nan=False)


class FlowReply(NamedTuple):
    """`ncco` is JSON, `None` when there is no NCCO to answer with. The commands have no ids yet."""

    ncco: str | None
    commands: Sequence[Json]


def read_reply(returned: Any) -> FlowReply:  # noqa: ANN401 - whatever the user's flow gave back
    """Tell actions, messages and commands apart in what a flow returned; one alone is a list of one.

    Raises:
        NccoError: SWITCHBOARD_VALIDATE is 1 and Vonage would refuse the NCCO.
        TypeError: it is something else, or cannot be written as JSON.
        ValueError: it holds NaN or Infinity, which JSON does not have.
    """
    if returned is None:
        return FlowReply(None, [])
    items = as_wire(returned if isinstance(returned, list | tuple) else [returned])
    actions = [item for item in items if "action" in item]
    commands = [_command(item) for item in items if "action" not in item]
    if os.environ.get("SWITCHBOARD_VALIDATE") == "1":
        _validate(actions)
    return FlowReply(None if commands and not actions else to_json(actions), commands)


def to_json(ncco: Sequence[Json]) -> str:
    """An NCCO as Vonage reads it."""
    return _ENCODER.encode(ncco)


def _validate(actions: Sequence[Json]) -> None:
    from switchboard.wire.validate import ncco_problems  # pydantic: twice the cold start of a webhook

    if problems := ncco_problems(actions):
        raise NccoError("\n".join(problems))


def _command(item: Json) -> Json:
    if "name" in item and "detail" in item:
        return item
    if "channel" in item:
        return {"name": "messages.send", "detail": item}
    raise TypeError("a flow returned a dict that isn't an action, a message or a command")
