"""The rows of a campaign in the stack's bucket, for its function to queue and for its result."""

import json

import boto3
from botocore.exceptions import ClientError
from switchboard.campaigns.prepared import Prepared
from switchboard.reach import campaigns
from switchboard.reach.campaigns import Summary

from operate.errors import OperatorError


def upload(bucket: str, prepared: Prepared, per_second: float) -> None:
    """Write all of a campaign, its summary last.

    Args:
        bucket: where to.
        prepared: the campaign.
        per_second: how many a second it is to send at most, 0 for as many as the stack may.
    """
    put, identity = boto3.client("s3").put_object, (prepared.campaign, prepared.hash)
    parts = []
    for number, (part, recipients) in enumerate(prepared.parts()):
        body = "\n".join(each.as_json() for each in recipients)
        put(Bucket=bucket, Key=campaigns.part_key(*identity, number), Body=body.encode())
        parts.append(part)
    invalid = "\n".join(json.dumps(each._asdict()) for each in prepared.invalid)
    put(Bucket=bucket, Key=campaigns.invalid_key(*identity), Body=invalid.encode())
    summary: Summary = {
        "campaign": prepared.campaign,
        "hash": prepared.hash,
        "parts": parts,
        "window": prepared.window,
        "per_second": per_second,
        "invalid": len(prepared.invalid),
    }
    put(Bucket=bucket, Key=campaigns.summary_key(*identity), Body=json.dumps(summary).encode())


def read(bucket: str, key: str) -> bytes:
    """What was uploaded.

    Raises:
        OperatorError: It's gone.
    """
    try:
        return boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        raise OperatorError(
            "The campaign's rows are gone: they are kept for TimelineDays.",
            "That it was sent is still remembered; started again, it reaches only those it hasn't.",
        ) from error
