"""Executions of a state machine, each known by a name.

Source: Step Functions API reference, StartExecution (a name can't be used again for 90 days);
DescribeExecution ("eventually consistent").
"""

import functools
import json
import time
from collections.abc import Mapping
from typing import Any

from switchboard.errors import AwsError
from switchboard.telemetry import kind

# What was started a moment ago may not be there yet.
_PAUSES_S = (0.2, 0.5, 1, 2)


def start(machine: str, name: str, told: Mapping[str, object]) -> None:
    """Start the execution of this name; started twice, it is the same.

    Args:
        machine: the state machine's ARN.
        name: the execution's.
        told: what it begins with.

    Raises:
        AwsError: nobody knows whether it is started.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client().start_execution(stateMachineArn=machine, name=name, input=json.dumps(told))
    except (BotoCoreError, ClientError) as error:
        if kind(error) != "ExecutionAlreadyExists":
            raise AwsError("StartExecution", kind(error), retryable=True) from error


def has_failed(machine: str, name: str) -> bool:
    """Whether the execution of this name has ended before its end, or was never started.

    Raises:
        AwsError: nobody knows.
    """
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    status = _status(arn)
    for pause_s in _PAUSES_S:
        if status:
            break
        time.sleep(pause_s)
        status = _status(arn)
    return status in ("FAILED", "TIMED_OUT", "ABORTED", "")


def _status(arn: str) -> str:
    """Empty if there is no such execution, as far as is known."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return str(client().describe_execution(executionArn=arn)["status"])
    except (BotoCoreError, ClientError) as error:
        if kind(error) == "ExecutionDoesNotExist":
            return ""
        raise AwsError("DescribeExecution", kind(error), retryable=True) from error


@functools.cache
def client() -> Any:  # noqa: ANN401 - boto3's own client
    """The client, made when first needed and kept."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard"})
    return boto3.client("stepfunctions", config=config)
