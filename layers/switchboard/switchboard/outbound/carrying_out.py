"""Carry out commands: each once for its id, or say that it is uncertain.

Before Vonage is asked, the command's item in the table says `sending`; afterwards it holds the result. A
command that is found `sending` long after was cut off in the middle, and nobody can tell whether Vonage
acted: what must not happen twice is then reported as uncertain, the rest is done again. What was certainly
not accepted goes back to `waiting` and is tried later. Before all of that, what has to wait for its time says
`delayed`, and what somebody cancelled says `cancelled`.
"""

import json
import time
from collections.abc import Mapping, Set
from typing import TYPE_CHECKING, Any

from switchboard.errors import AwsError, BarredError, SettingError
from switchboard.outbound import delaying
from switchboard.outbound.attempting import attempt, may_happen_twice
from switchboard.outbound.claims import STILL_SENDING_S, LaterError, cancelled, claim, finish

if TYPE_CHECKING:
    from switchboard.wire.commands import Result

Json = Mapping[str, Any]


def carry_out(command: Json, *, redelivered: bool = False, sent_at: float | None = None) -> "Result":
    """The result of a command, now or from when it was first carried out.

    Args:
        command: `id`, `name` and `detail`.
        redelivered: the queue has given the very message before. A rejection is then a result that could not
            be told, and stands.
        sent_at: when it was put in its queue, in Unix time; now, if nothing else is known.

    Raises:
        LaterError: it was not accepted yet.
        DelayedError: it waits for its time, and comes back by itself.
    """
    # A wrong code would count as another attempt; after a try that was refused, the next one has followed.
    is_final = redelivered or command["name"] == "verify.check" or "ladder" in command
    free = {"waiting"} if is_final else {"waiting", "rejected"}
    wrong = _problems(command)
    barred = "" if wrong else _wait(command, sent_at or time.time(), free)
    earlier = claim(command, free)
    if earlier and earlier["progress"]["S"] == "cancelled":
        return cancelled(command["id"], command["name"], earlier)
    if earlier and earlier["progress"]["S"] != "sending":
        found: Result = json.loads(earlier["result"]["S"])
        return found
    if wrong or (barred and earlier is None):  # it wasn't, perhaps, when somebody was cut off
        return finish(command, "rejected", reason=wrong or barred)
    if earlier is None:
        return attempt(command)
    if time.time() - float(earlier["since"]["N"]) < STILL_SENDING_S:
        raise LaterError("it is being sent", STILL_SENDING_S)
    if may_happen_twice(command) and not barred:
        return attempt(command)
    return finish(command, "uncertain", reason="The function was cut off while it asked Vonage.")


def give_up(command: Json, reason: str) -> "Result":
    """The result of a command that was tried often enough."""
    return finish(command, "rejected", reason=reason)


def _problems(command: Json) -> str:
    """Why a command can never be carried out; empty if it can be."""
    from switchboard.wire.validate import command_problems

    return "; ".join(command_problems(command))


def _wait(command: Json, sent_at: float, free: Set[str]) -> str:
    """Why a valid command can't wait for its time; empty if that has come."""
    try:
        delaying.wait(command, sent_at, free)
    except BarredError as barred:
        return str(barred)
    except (AwsError, SettingError) as failure:
        raise LaterError(str(failure)) from failure
    return ""
