"""Commands that wait for their time: for minutes in a queue, for longer as a schedule.

The command's own item in the table says `delayed` meanwhile, and holds what was asked for if a schedule is to
bring it back: that names its id alone. What comes back is put in its queue, where it is like any other, and
everything is looked at again. Without the stack's parameter Reach there are no schedules.
"""

import json
import math
import os
import time
from collections.abc import Mapping, Set
from typing import Any

from switchboard.aws import queues, schedules, table
from switchboard.environment import required
from switchboard.errors import BarredError, SwitchboardError
from switchboard.outbound import claims, timing

Json = Mapping[str, Any]

# What comes out of the queue when a schedule's time has come.
DUE = "command.due"
# SQS's longest delay. Source: Amazon SQS API reference, SendMessage, `DelaySeconds`.
LONGEST_IN_QUEUE_S = 900
# Not worth another trip through the queue.
_SOON_S = 1


class DelayedError(SwitchboardError):
    """The command waits for its time, and comes back by itself."""

    def __init__(self, due: float) -> None:
        super().__init__(f"It waits until {timing.shown(due)}.")


def wait(command: Json, sent_at: float, free: Set[str]) -> None:
    """Have a valid command come back if its time has not come.

    Args:
        command: as it came.
        sent_at: when it was put in its queue, in Unix time.
        free: the states in which it may be taken up again, as in `claims.claim`.

    Raises:
        DelayedError: it will.
        BarredError: it can't wait for so long, or for ever.
        SettingError: an environment variable has a value that can't be used.
        AwsError: nobody knows whether it will.
    """
    now = time.time()
    earliest = timing.asked_for(command, sent_at)
    due = math.ceil(timing.due(command, earliest, now))
    if due - now <= _SOON_S:
        return
    is_scheduled = due - now > LONGEST_IN_QUEUE_S + _SOON_S
    if is_scheduled and not os.environ.get("SWITCHBOARD_DUE_QUEUE_ARN"):
        raise BarredError(
            f"It would wait until {timing.shown(due)}. For longer than 15 minutes, commands wait only with "
            "the stack's parameter Reach: set that to true and deploy again."
        )
    later = {name: value for name, value in command.items() if name != "after"}
    if earliest:
        later["at"] = timing.shown(math.ceil(earliest))
    written = claims.delay(later, due, free, keeps_it=is_scheduled)
    if written is None:
        return  # it is being carried out, or was
    if is_scheduled:
        _schedule(command, written)
    else:
        queues.put_off(later, min(math.ceil(written - now), LONGEST_IN_QUEUE_S))
    raise DelayedError(written)


def come_back(command_id: str) -> bool:
    """Put a command in its queue whose time has come; False if it waits no more."""
    item = table.get(*claims.place(command_id)) or {}
    if "waits" not in item or item["progress"]["S"] != "delayed":
        return False
    queues.put_off(json.loads(item["waits"]["S"]), 0)
    return True


def _schedule(command: Json, due: int) -> None:
    bulk = "BULK_" if command.get("pace") == "bulk" else ""
    schedules.once(
        schedule_of(command["id"], due),
        due,
        required(f"SWITCHBOARD_{bulk}DUE_QUEUE_ARN"),
        {"id": command["id"], "name": DUE, "detail": {}},
        dead_letters=required(f"SWITCHBOARD_{bulk}DUE_DLQ_ARN"),
    )


def schedule_of(command_id: str, due: int) -> str:
    """What a command's schedule is named after: with its time, as a command may wait more than once."""
    return f"{command_id}\n{due}"
