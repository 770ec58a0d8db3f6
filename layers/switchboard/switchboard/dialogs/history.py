"""What has happened in a dialog: a DynamoDB item each, of which every step writes one attribute.

    id          the conversation_uuid of a call; of a chat, what its own module makes of channel and numbers
    s<k>        of step k its kind, its time, and its result as JSON, or a text as it is, behind a `=`; of a
                chat its kind, its time, a message's uuid and what is kept of it, where that is a text; else
                [kind, result, time] as JSON
    n<k>        something that is known of step k before its result
    begun       what the first webhook said
    ended       that nobody is there any more
    abandoned   that the dialog was left, since its code is another one
    expires_at  when DynamoDB may delete it

The first that writes an attribute wins, and each write gives the whole item back: no condition fails, and
nothing has to be read before. So a webhook that comes twice, or two at once, have one result. No attribute
has a name that DynamoDB reserves in expressions, such as `left`.
"""

from __future__ import annotations

import functools
import json
import os
import time
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from switchboard.errors import AwsError, DialogError, HistoryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from switchboard.aws.signed import Service

TABLE = "SWITCHBOARD_DIALOGS_TABLE_NAME"

# [kind, result, Unix time]; the time of what was read is a text, as it is mostly left alone.
Recorded = list[Any]

# While a caller waits.
_TIMEOUT_S = 1.5

# Bytes, of the 400 KB of an item. What is left takes the end of a call, or another message, escaped at its
# worst, and what comes of it.
_FULL = 250_000

# Names of results, which a long call has many of.
_FIRST = tuple(f"s{index}" for index in range(64))

# Of a chat's steps: what they keep of a message, beside its uuid.
_SAID = {"choice": "choice", "words": "text"}

_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


@functools.cache
def _dynamodb() -> Service:
    from switchboard.aws.signed import Service  # the first answer of a call can do without it

    return Service("dynamodb", "DynamoDB_20120810", "1.0", "AWS_ENDPOINT_URL_DYNAMODB")


def of_message(recorded: Recorded) -> str:
    """The result of a chat's step as it is kept. JSON inside of JSON takes twice as long to read."""
    kind, result, at = recorded
    match result:
        case {"message_uuid": str(uuid), **said} if " " not in uuid and said.keys() == {_SAID.get(kind)}:
            if isinstance(text := said[_SAID[kind]], str):
                return f"{kind} {at} {uuid} {text}"
    return _ENCODER.encode(recorded)


def from_messages(texts: list[str]) -> list[Recorded]:
    """The results of a chat's steps."""
    recorded = []
    for text in texts:
        if text[0] == "[":
            recorded.append(json.loads(text))
        else:
            kind, at, uuid, said = text.split(" ", 3)
            recorded.append([kind, {"message_uuid": uuid, _SAID[kind]: said}, at])
    return recorded


def from_words(texts: list[str]) -> list[Recorded]:
    """The results of a call's steps. Most of them are keys, which aren't parsed, nor is the time."""
    recorded = []
    for text in texts:
        kind, at, result = text.split(" ", 2)
        recorded.append([kind, result[1:] if result[0] == "=" else json.loads(result), at])
    return recorded


class History:
    """What is recorded of one dialog.

    Args:
        item: as DynamoDB has it.
        read: how the results of its steps are written: `from_words` for a call.

    Attributes:
        recorded: the results of its steps, from the first one without a gap.
        begun: what its first webhook said; None as long as nothing needed it.
        has_ended: whether nobody is there any more.
        was_left: whether the dialog was left, since its code is another one.
    """

    __slots__ = ("_item", "begun", "has_ended", "recorded", "was_left")

    def __init__(
        self, item: dict[str, dict[str, Any]], read: Callable[[list[str]], list[Recorded]] = from_messages
    ) -> None:
        self._item = item
        texts: list[str] = []
        for name in chain(_FIRST, map("s{}".format, count(len(_FIRST)))):
            if (step := item.get(name)) is None:
                break
            texts.append(step["S"])
        self.recorded = read(texts)
        self.begun: dict[str, Any] | None = json.loads(item["begun"]["S"]) if "begun" in item else None
        self.has_ended = "ended" in item
        self.was_left = "abandoned" in item

    @property
    def is_full(self) -> bool:
        """Whether there may be no room for what another effect returns, or for another message."""
        texts = [value.get("S", "") for value in self._item.values()]
        return sum([len(text.encode("utf-8", "surrogatepass")) for text in texts]) > _FULL

    def refuse_if_full(self) -> None:
        """Let an effect be done only while its result can be remembered.

        Raises:
            DialogError: it may not.
        """
        if self.is_full:
            raise DialogError(
                f"the dialog remembers more than {_FULL:,} bytes, and no further effect is done: have "
                "what `do` calls return less, such as the key of an item in a table of yours"
            )

    def note(self, index: int) -> Any:  # noqa: ANN401 - JSON
        """What is known of a step before its result; None if nothing is."""
        note = self._item.get(f"n{index}")
        return json.loads(note["S"]) if note else None


class Item:
    """The item of one call's dialog.

    Args:
        key: its id.
        lifetime_s: how long it is kept after it was last written.
    """

    __slots__ = ("_key", "_lifetime_s")

    def __init__(self, key: str, lifetime_s: float) -> None:
        self._key = key
        self._lifetime_s = lifetime_s

    def record(self, index: int, result: Recorded, begun: Any = None) -> History:  # noqa: ANN401 - JSON
        """Record a step's result, unless it has one.

        Args:
            index: which step it is.
            result: its result.
            begun: what the first webhook said, where this may be the first write.

        Raises:
            HistoryError: it may not be recorded.
        """
        return self._write(f"s{index}", _written(result), begun)

    def annotate(self, index: int, note: Any, begun: Any = None) -> History:  # noqa: ANN401 - JSON
        """Keep what is known of a step before its result; raises as `record` does."""
        return self._write(f"n{index}", _ENCODER.encode(note), begun)

    def begin(self, begun: Any) -> History:  # noqa: ANN401 - JSON
        """Keep what the first webhook said; raises as `record` does."""
        return self._write("begun", _ENCODER.encode(begun))

    def end(self, begun: Any) -> History:  # noqa: ANN401 - JSON
        """Remember that nobody is there any more; raises as `record` does."""
        return self._write("ended", str(time.time()), begun)

    def leave(self) -> History:
        """Remember that the dialog goes no further; raises as `record` does."""
        return self._write("abandoned", str(time.time()))

    def read(self) -> History | None:
        """What is recorded; None if there is no such dialog, or has been none for long.

        Raises:
            HistoryError: nobody knows.
        """
        found = ask("GetItem", {"Key": {"id": {"S": self._key}}, "ConsistentRead": True}).get("Item")
        return None if found is None else History(found, from_words)

    def _write(self, attribute: str, value: str, begun: Any = None) -> History:  # noqa: ANN401 - JSON
        written = {attribute: value} if begun is None else {attribute: value, "begun": _ENCODER.encode(begun)}
        changes = [f"{name} = if_not_exists({name}, :{name})" for name in written]
        values = {f":{name}": {"S": each} for name, each in written.items()}
        values[":expires_at"] = {"N": str(int(time.time() + self._lifetime_s))}
        asked = {
            "Key": {"id": {"S": self._key}},
            "UpdateExpression": f"SET {', '.join(changes)}, expires_at = :expires_at",
            "ExpressionAttributeValues": values,
            "ReturnValues": "ALL_NEW",
        }
        return History(ask("UpdateItem", asked)["Attributes"], from_words)


def _written(recorded: Recorded) -> str:
    kind, result, at = recorded
    return f"{kind} {at} {f'={result}' if isinstance(result, str) else _ENCODER.encode(result)}"


def ask(action: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Ask DynamoDB about the table of dialogs.

    Raises:
        HistoryError: it refused, or there is no such table; the `AwsError` is its cause.
    """
    table = os.environ.get(TABLE)
    if not table:
        raise HistoryError("Dialogs need the stack's parameter Dialogs=true: deploy again with it.")
    try:
        return _dynamodb().call(action, {"TableName": table, **parameters}, timeout_s=_TIMEOUT_S)
    except AwsError as failure:
        raise HistoryError(f"The dialog's history: {failure}. {failure.message}".strip()) from failure
