"""One-time schedules of EventBridge Scheduler, in the stack's own group, which are gone once they have been.

Source: AWS, Scheduler API reference, CreateSchedule (names of up to 64 characters; `at(…)`, in UTC unless it
says otherwise), and User Guide, "Schedule types" (to the minute) and "Delivery" (at least once).
"""

import functools
import hashlib
import json
import math
import time
from collections.abc import Mapping
from typing import Any

from switchboard.environment import required
from switchboard.errors import AwsError
from switchboard.telemetry import kind

# What AWS makes of a time that is over, it doesn't say.
_SOONEST_S = 30


def once(
    name: str, at: float, target: str, payload: Mapping[str, Any], *, dead_letters: str | None = None
) -> None:
    """Give a function or a queue something in the first full minute from a time on, at least once.

    Args:
        name: another with this name, as long as there is one, is the same.
        at: Unix time in seconds; what is over is as soon as can be.
        target: the ARN of the function or queue, which the stack's ScheduleRole may invoke or send to.
        payload: what it gets.
        dead_letters: the ARN of the queue that keeps what could not be given.

    Raises:
        AwsError: there is no such schedule, as far as we know.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    minute = math.ceil(max(at, time.time() + _SOONEST_S) / 60) * 60
    try:
        client().create_schedule(
            Name=_name(name),
            GroupName=required("SWITCHBOARD_SCHEDULE_GROUP"),
            ScheduleExpression=time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime(minute)),
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            Target={
                "Arn": target,
                "RoleArn": required("SWITCHBOARD_SCHEDULE_ROLE_ARN"),
                "Input": json.dumps(payload),
                **({"DeadLetterConfig": {"Arn": dead_letters}} if dead_letters else {}),
            },
        )
    except client().exceptions.ConflictException:
        return
    except (BotoCoreError, ClientError) as error:
        raise AwsError("CreateSchedule", kind(error), retryable=True) from error


def cancel(name: str) -> None:
    """Delete a schedule; one that has been, or never was, is well, too.

    Raises:
        AwsError: it may still be there.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client().delete_schedule(Name=_name(name), GroupName=required("SWITCHBOARD_SCHEDULE_GROUP"))
    except client().exceptions.ResourceNotFoundException:
        return
    except (BotoCoreError, ClientError) as error:
        raise AwsError("DeleteSchedule", kind(error), retryable=True) from error


def _name(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


@functools.cache
def client() -> Any:  # noqa: ANN401 - boto3's own
    """The client, made when first needed and kept."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard"})
    return boto3.client("scheduler", config=config)
