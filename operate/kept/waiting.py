"""Commands that wait for their time, for whoever wants them gone: cancelled, they hold nothing any more."""

import json
import os
from typing import Any

from switchboard.aws import schedules
from switchboard.outbound import claims
from switchboard.outbound.delaying import schedule_of

from operate.stack import Stack

Item = dict[str, Any]

# What such a command's item in the table holds it in.
HELD_IN = "waits"
GROUP = "ScheduleGroup"


def cancel(stack: Stack, item: Item) -> None:
    """Cancel the command that an item of the table holds; done again, it changes nothing.

    Args:
        stack: The stack that the item is of.
        item: As it was read. If the command is being sent by now, it no longer holds anything.

    Raises:
        AwsError: It may still wait.
    """
    command_id = str(json.loads(item[HELD_IN]["S"])["id"])
    os.environ["SWITCHBOARD_TABLE_NAME"] = stack.id_of("Timeline")
    if stack.has(GROUP):  # it goes with the parameter Reach, and its schedules with it
        os.environ["SWITCHBOARD_SCHEDULE_GROUP"] = stack.id_of(GROUP)
        schedules.cancel(schedule_of(command_id, int(item["due"]["N"])))
    claims.cancel(command_id)
