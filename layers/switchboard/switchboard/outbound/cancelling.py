"""Cancel a command that waits: for its time, in a queue, or for Vonage to take it.

Its item says so, and whoever comes to carry it out heeds it, also if it comes later. So it doesn't matter
whether its schedule is deleted in time.
"""

import os
import time

from switchboard.aws import queues, schedules
from switchboard.outbound import claims
from switchboard.outbound.delaying import schedule_of
from switchboard.reach.ledger import StillSendingError


def cancel(command_id: str) -> str:
    """What had become of a command until it was cancelled: `waiting`, or `unknown` where no one has seen it.

    Where it is too late, the outcome: `accepted`, `rejected` or `uncertain`.

    Raises:
        StillSendingError: it is being carried out, and isn't known yet.
        AwsError: it isn't certain, and is to be done again.
    """
    item = claims.cancel(command_id)
    progress = str(item["progress"]["S"])
    if progress == "sending":
        if time.time() - float(item["since"]["N"]) < claims.STILL_SENDING_S:
            raise StillSendingError
        return "uncertain"  # it was cut off
    if progress != "cancelled":
        return progress
    if "due" in item and os.environ.get("SWITCHBOARD_DUE_QUEUE_ARN"):
        schedules.cancel(schedule_of(command_id, int(item["due"]["N"])))
    if "command" not in item:
        return "unknown"
    queues.put_result(claims.cancelled(command_id, item["command"]["S"], item))
    return "waiting"
