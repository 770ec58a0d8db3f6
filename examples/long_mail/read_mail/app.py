"""Reads mail that is too long for a queue, whole, from the stack's bucket, and answers it by a command."""

import functools
import json
import os
from typing import TYPE_CHECKING, Any

import boto3
from switchboard import reply_to

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client


def lambda_handler(event: dict[str, Any], _context: object = None) -> None:
    """Say how much has arrived: an event of the bus says where the message is."""
    stored = event["detail"]["payload"]["stored"]
    whole = s3().get_object(Bucket=stored["bucket"], Key=stored["key"])["Body"].read()
    message = json.loads(whole)
    answer = reply_to(message, f"Thank you. All {len(words(message)):,} words have arrived.")
    bus().put_events(
        Entries=[
            {
                "EventBusName": os.environ["BUS"],
                "Source": "examples.long_mail",
                "DetailType": "messages.send",
                "Detail": json.dumps(answer),
            }
        ]
    )


def words(message: dict[str, Any]) -> list[str]:
    """The words of a mail, be it a text, HTML or both; of HTML with its tags."""
    parts = message.get("content") or [message, message.get("html", {})]
    return next((text for part in parts if (text := part.get("text") or part.get("body"))), "").split()


@functools.cache
def s3() -> "S3Client":
    """Made when first needed, and kept."""
    return boto3.client("s3")


@functools.cache
def bus() -> "EventBridgeClient":
    """Made when first needed, and kept."""
    return boto3.client("events")
