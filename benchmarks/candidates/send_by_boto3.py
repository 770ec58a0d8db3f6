"""The event function, its event queued by boto3, with a client made at init and kept."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
from switchboard.aws import queues

_sqs = boto3.client("sqs")


def _send(url: str, message: Mapping[str, Any], group: str, *_timeout_s: float) -> None:
    _sqs.send_message(
        QueueUrl=url,
        MessageBody=json.dumps(message, separators=(",", ":"), allow_nan=False),
        MessageDeduplicationId=message["id"],
        MessageGroupId=group,
    )


queues._send = _send

from app import lambda_handler  # noqa: E402

__all__ = ["lambda_handler"]
