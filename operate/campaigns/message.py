"""The message of a campaign: a message or call as Vonage takes it, without its `to`, with placeholders.

`{name}` in any text stands for the cell of the column `name`; `{{` and `}}` are the braces themselves.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from switchboard.reach.people import normal

from operate.campaigns.people import Row
from operate.errors import OperatorError

Json = dict[str, Any]

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_CALLS = ("ncco", "answer_url")


class Message(NamedTuple):
    """What everybody gets.

    Attributes:
        name: of the command, `messages.send` or `voice.call`.
        detail: what Vonage is asked, but for whom it's to.
        marks: what the command says to the stack instead, such as `purpose`.
    """

    name: str
    detail: Mapping[str, Any]
    marks: Mapping[str, Any]

    def columns(self) -> list[str]:
        """The columns that it has placeholders for."""
        places = [match[1] for text in _texts(self.detail) for match in _PLACE.finditer(text)]
        return sorted({each for each in places if each is not None})

    def command(self, identity: str, row: Row) -> Json:
        """The command that sends it to a row."""
        to = normal(row.to)
        is_call = self.name == "voice.call"
        whom = [{"type": "phone", "number": to}] if is_call else to
        detail = {**_filled(self.detail, row.cells), "to": whom}
        return {"id": identity, "name": self.name, "pace": "bulk", **self.marks, "detail": detail}


def read(path: Path) -> Message:
    """The message in a file.

    Raises:
        OperatorError: It can't be read, or says something that a campaign's can't.
    """
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except (OSError, RecursionError, ValueError) as error:
        raise OperatorError(f"{path} can't be read: {error}.", "Give a JSON file.") from error
    if not isinstance(found, dict):
        raise OperatorError(
            f"{path} isn't a message.", 'Such as {"channel": "sms", "message_type": "text", …}.'
        )
    if "to" in found:
        raise OperatorError(f"{path} says `to`.", "Take it out: it's the column `to` of the people.")
    if "failover" in found:
        raise OperatorError(
            f"{path} has a failover, which Vonage would send later, also after an opt-out.", "Take it out."
        )
    name = "voice.call" if any(each in found for each in _CALLS) else "messages.send"
    marks = {"purpose": found.pop("purpose")} if "purpose" in found else {}
    return Message(name, found, marks)


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _texts(each)


def _filled(node: Any, cells: Mapping[str, str]) -> Any:  # noqa: ANN401 - any part of a document
    if isinstance(node, str):
        return _PLACE.sub(lambda match: match[0][0] if match[1] is None else cells[match[1]], node)
    if isinstance(node, list):
        return [_filled(each, cells) for each in node]
    return {name: _filled(each, cells) for name, each in node.items()} if isinstance(node, dict) else node
