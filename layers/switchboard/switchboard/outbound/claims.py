"""A command's own item in the table: who carries it out, and what became of it.

It says `sending` before Vonage is asked and holds the result afterwards. `waiting` is what was certainly not
accepted, `delayed` what waits for its time, `cancelled` what isn't to be carried out, also if it comes later.
"""

import json
import time
import uuid
from collections.abc import Mapping, Set
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from switchboard.aws import table
from switchboard.envelope import short
from switchboard.errors import SwitchboardError
from switchboard.reach.campaign_ids import is_of_a_campaign

if TYPE_CHECKING:
    from switchboard.wire.commands import Result

Json = Mapping[str, Any]

# Longer than the function may run: until then, whoever is sending may still be at it.
STILL_SENDING_S = 60
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

    What was rejected may be tried again: that is what sending it back from the dead-letter queue is for. The
    claim has a name of its own, as boto3 writes again where the reply is lost, and finds what it has written.
    """
    name = {"S": uuid.uuid4().hex}
    there = table.put(item_of(command, "sending") | {"claim": name}, *_in({*free, "delayed"}))
    return None if there and there.get("claim") == name else there


def delay(command: Json, due: int, free: Set[str], *, keeps_it: bool) -> int | None:
    """Mark the command as one that waits.

    Args:
        command: what comes back.
        due: in Unix time, when.
        free: the states in which it may be taken up, as in `claim`.
        keeps_it: the item is what it comes back from.

    Returns:
        For when it waits, which is what was written first; None if it is being carried out, or was.
    """
    item = item_of(command, "delayed") | {"due": {"N": str(due)}}
    if "expires_at" in item:
        item["expires_at"] = {"N": str(due + _REMEMBER_S)}
    if keeps_it:
        item["waits"] = {"S": json.dumps(command)}
    condition, values = _in(free)
    condition += " OR progress = :delayed AND due <= :now"
    values |= {":delayed": {"S": "delayed"}, ":now": {"N": f"{time.time():.3f}"}}
    there = table.put(item, condition, values)
    if there is None:
        return due
    return int(there["due"]["N"]) if there["progress"]["S"] == "delayed" else None


def cancel(command_id: str) -> table.Item:
    """Mark a command as cancelled unless it is being carried out, or was; gives its item as it is then.

    Raises:
        AwsError: nobody knows whether it is.
    """
    condition, values = _in({"waiting", "delayed"})
    values |= {":cancelled": {"S": "cancelled"}, ":since": {"N": str(time.time())}}
    change = "SET progress = :cancelled, since = :since"
    if not is_of_a_campaign(command_id):
        change += ", expires_at = :expires"
        values[":expires"] = {"N": str(int(time.time()) + _REMEMBER_S)}
    change += " REMOVE waits"
    return table.update(*place(command_id), change, condition, values)[0]


def cancelled(command_id: str, name: str, item: table.Item) -> "Result":
    """The result of a command that was cancelled, by its item: the same whoever tells it, and whenever."""
    known = {"reason": "It was cancelled.", "cancelled": True}
    return _result(command_id, name, "rejected", known, float(item["since"]["N"]))


def _in(progress: Set[str]) -> tuple[str, table.Item]:
    """The condition that there is no item yet, or one in such a state; and its values."""
    states = sorted(progress)
    condition = " OR ".join(["attribute_not_exists(pk)", *(f"progress = :{each}" for each in states)])
    return condition, {f":{each}": {"S": each} for each in states}


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
    result = _result(command["id"], command["name"], outcome, known, time.time())
    table.put({**item_of(command, outcome), "result": {"S": json.dumps(result)}})
    return result


def _result(command_id: str, name: str, outcome: str, known: Json, moment: float) -> "Result":
    at = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    result = {"id": command_id, "command": name, "outcome": outcome, "timestamp": at, **known}
    return cast("Result", result)


def _warnings(command: Json) -> list[str]:
    """What Vonage may have ignored or taken otherwise: it was asked with the command as it came."""
    from switchboard.wire.judge.judgement import judge_command

    doubtful = judge_command(command).doubtful[:_MOST_WARNINGS]
    return [str(violation)[:_LONGEST_WARNING] for violation in doubtful]


def item_of(command: Json, progress: str) -> table.Item:
    """The item, with what is known of a command from now on."""
    pk, sk = place(command["id"])
    item: table.Item = {
        "pk": {"S": pk},
        "sk": {"S": sk},
        "command": {"S": command["name"]},
        "progress": {"S": progress},
        "since": {"N": str(time.time())},
    }
    # A campaign that is started again, and be it next year, reaches nobody twice.
    if not is_of_a_campaign(command["id"]):
        item["expires_at"] = {"N": str(int(time.time()) + _REMEMBER_S)}
    return item


def place(command_id: str) -> tuple[str, str]:
    """Where a command's item is in the table."""
    return f"COMMAND#{short(command_id)}", "progress"
