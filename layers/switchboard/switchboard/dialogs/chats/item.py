"""What is kept of the chats with one customer, by one channel and one number: a DynamoDB item.

    id          `chat:` and a hash of channel, customer and number
    begun       the message that the chat began with
    s<k>        the result of step k, as in `history`; of an answer, what is kept of the message
    n<k>        the checksum of the steps up to the one that waits at k
    ended       that the chat is over
    working     when an effect began that somebody may still be at, as Unix time
    earlier     the chats before, as long as Vonage may deliver their messages again
    expires_at  when DynamoDB may delete it

Nothing is written over: each write names the chat that it belongs to and the results that aren't there yet,
and fails if it was overtaken by another message's.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

from switchboard.dialogs.history import History, ask, of_message
from switchboard.errors import AwsError, HistoryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from switchboard.dialogs.history import Recorded

# Vonage delivers a message again for 24 h.
AGAIN_FOR_S = 25 * 3600

# Of the 400 KB of an item. Of whoever writes hundreds of messages a day, an old one may be answered twice.
_LONGEST_EARLIER = 100_000

_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


class OvertakenError(HistoryError):
    """Another message of the same chat was written first: begin again from what is there now."""


class ChatItem:
    """The item of one customer, channel and number.

    Args:
        key: its id, as `key_of` makes it.
        found: the item, as DynamoDB has it; empty if there is none.
    """

    __slots__ = ("_found", "_history", "key")

    def __init__(self, key: str, found: dict[str, Any] | None = None) -> None:
        self.key = key
        self._found = found or {}
        self._history: History | None = None

    @property
    def history(self) -> History:
        """What is recorded of the chat, as far as is known; read when it is asked for."""
        if self._history is None:
            self._history = History(self._found)
        return self._history

    @classmethod
    def read(cls, key: str) -> ChatItem:
        """Read it.

        Raises:
            HistoryError: nobody knows.
        """
        found = ask("GetItem", {"Key": {"id": {"S": key}}, "ConsistentRead": True})
        return cls(key, found.get("Item"))

    def earlier(self, uuid: str = "") -> list[dict[str, Any]]:
        """The chats before this one, oldest first: what each has `begun` with, and `recorded`.

        Args:
            uuid: of a message that is looked for: there are none if it is in none of them.
        """
        text: str = self._found["earlier"]["S"] if self._is("earlier") else "[]"
        earlier: list[dict[str, Any]] = json.loads(text) if _ENCODER.encode(uuid)[1:-1] in text else []
        return earlier

    @property
    def worked_s_ago(self) -> float:
        """How long ago somebody began an effect."""
        return time.time() - float(self._found["working"]["N"]) if self._is("working") else float("inf")

    def write(self, values: Mapping[str, Any], lifetime_s: float | None) -> None:
        """Write results and what else is known. With `begun` among it, a chat begins in place of the last.

        Args:
            values: attributes.
            lifetime_s: for how long they are kept; None leaves that as it is.

        Raises:
            OvertakenError: another message was written first.
            HistoryError: it may not be written.
        """
        if "begun" not in values:
            self._update(values, (), [name for name in values if name[0] == "s"], lifetime_s)
            return
        gone = [name for name in self._found if name[0] in "sn" or name in ("ended", "working")]
        before = {"earlier": self._with_this_one(values["begun"]["at"])} if self._is("begun") else {}
        self._update({**before, **values}, gone, (), lifetime_s)

    def take_back(self, *names: str) -> None:
        """Leave out what was written, as if it had never come; raises as `write` does."""
        self._update({}, names, (), None)

    def _is(self, name: str) -> bool:
        return name in self._found

    def _with_this_one(self, now: float) -> list[dict[str, Any]]:
        """The chats before the next one, as far back as Vonage may deliver a message again."""
        this = {"begun": self.history.begun, "recorded": self.history.recorded}
        kept = [chat for chat in [*self.earlier(), this] if _last_at(chat) > now - AGAIN_FOR_S]
        while len(_ENCODER.encode(kept)) > _LONGEST_EARLIER:
            del kept[0]
        return kept

    def _update(
        self, values: Mapping[str, Any], removed: Iterable[str], new: Iterable[str], lifetime_s: float | None
    ) -> None:
        if lifetime_s is not None:
            values = {**values, "expires_at": int(time.time() + lifetime_s)}
        set_ = ", ".join(f"{name} = :{name}" for name in values)
        gone = ", ".join(sorted({*removed} - values.keys()))
        clauses = ([f"SET {set_}"] if set_ else []) + ([f"REMOVE {gone}"] if gone else [])
        given = {f":{name}": _typed(name, value) for name, value in values.items()}
        known = self._found.get("begun")
        same_chat = "begun = :known" if known else "attribute_not_exists(begun)"
        asked = {
            "Key": {"id": {"S": self.key}},
            "UpdateExpression": " ".join(clauses),
            "ConditionExpression": " AND ".join(
                [same_chat, *(f"attribute_not_exists({one})" for one in new)]
            ),
            "ExpressionAttributeValues": {**given, **({":known": known} if known else {})},
        }
        try:
            ask("UpdateItem", asked)
        except HistoryError as failure:
            cause = failure.__cause__
            if isinstance(cause, AwsError) and cause.code == "ConditionalCheckFailedException":
                raise OvertakenError("Several messages of one chat were written at once.") from failure
            raise
        # The condition held: there is what was found, with what is written now.
        self._found = {**self._found, **{name: _typed(name, value) for name, value in values.items()}}
        for name in removed:
            if name not in values:
                self._found.pop(name, None)
        self._history = None


def key_of(message: Mapping[str, Any]) -> str:
    """The id of the item that a message belongs to."""
    sides = "\n".join(message[name] for name in ("channel", "from", "to"))
    return f"chat:{hashlib.sha256(sides.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _typed(name: str, value: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    if name in ("working", "expires_at"):
        return {"N": str(value)}
    return {"S": of_message(value) if name[0] == "s" else _ENCODER.encode(value)}


def _last_at(chat: Mapping[str, Any]) -> float:
    recorded: list[Recorded] = chat["recorded"]
    return float(recorded[-1][2] if recorded else chat["begun"]["at"])
