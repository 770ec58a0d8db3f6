"""A command's own item in the table: who carries it out, and what became of it.

It says `sending` before Vonage is asked and holds the result afterwards; `waiting` is what was certainly not
accepted.
"""

import json
import time
from collections.abc import Mapping, Set
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from switchboard.aws import table
from switchboard.envelope import short
from switchboard.errors import SwitchboardError
from switchboard.reach.campaigns import is_of_a_campaign

if TYPE_CHECKING:
    from switchboard.wire.commands import Result

Json = Mapping[str, Any]

# Ids are remembered for longer than Vonage repeats a webhook, whose flow would send the same command again.
_REMEMBER_S = 30 * 86400
# An error page of a proxy's may have any length, an item of the table 400 KB.
_LONGEST_REASON = 2000
# What a result tells of a command that is odd from end to end.
_MOST_WARNINGS, _LONGEST_WARNING = 20, 300


class LaterError(SwitchboardError):
    """The command was certainly not accepted; it can be tried again, after `after_s` if Vonage said so."""

    def __init__(self, reason: str, after_s: int | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


def claim(command: Json, free: Set[str] = frozenset({"waiting", "rejected"})) -> table.Item | None:
    """Mark the command as being sent; where it may have been carried out before, what was written then.

    What was rejected may be tried again: that is what sending it back from the dead-letter queue is for.
    """
    condition = " OR ".join(["attribute_not_exists(pk)", *(f"progress = :{each}" for each in free)])
    values = {f":{each}": {"S": each} for each in free}
    return table.put(item_of(command, "sending"), condition, values)


def put_back(command: Json, reason: str, after_s: int | None = None) -> LaterError:
    """Give a command that was certainly not accepted free again, and say so."""
    table.put(item_of(command, "waiting"))
    return LaterError(reason, after_s)


def finish(command: Json, outcome: str, *, reason: str = "", **known: object) -> "Result":
    """Remember what became of a command, and give it."""
    if reason:
        known["reason"] = reason[:_LONGEST_REASON]
    if warnings := _warnings(command):
        known["warnings"] = warnings
    result = {
        "id": command["id"],
        "command": command["name"],
        "outcome": outcome,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        **known,
    }
    table.put({**item_of(command, outcome), "result": {"S": json.dumps(result)}})
    return cast("Result", result)


def _warnings(command: Json) -> list[str]:
    """What Vonage may have ignored or taken otherwise: it was asked with the command as it came."""
    from switchboard.wire.judge.judgement import judge_command

    doubtful = judge_command(command).doubtful[:_MOST_WARNINGS]
    return [str(violation)[:_LONGEST_WARNING] for violation in doubtful]


def item_of(command: Json, progress: str) -> table.Item:
    """The item, with what is known of a command from now on."""
    item: table.Item = {
        "pk": {"S": f"COMMAND#{short(command['id'])}"},
        "sk": {"S": "progress"},
        "progress": {"S": progress},
        "since": {"N": str(time.time())},
    }
    # A campaign that is started again, and be it next year, reaches nobody twice.
    if not is_of_a_campaign(command["id"]):
        item["expires_at"] = {"N": str(int(time.time()) + _REMEMBER_S)}
    return item
