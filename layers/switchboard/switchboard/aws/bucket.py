"""The stack's buckets, for what is too large for a queue."""

import functools
from typing import TYPE_CHECKING

from switchboard.errors import AwsError
from switchboard.telemetry import kind

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def put(bucket: str, key: str, body: bytes, content_type: str) -> None:
    """Write an object; written twice, it is the same.

    Raises:
        AwsError: it is not there, as far as we know.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client().put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)
    except (BotoCoreError, ClientError) as error:
        raise AwsError("PutObject", kind(error), retryable=True) from error


def get(bucket: str, key: str, most: int | None = None) -> bytes:
    """What is in an object.

    Args:
        bucket: where it is.
        key: its own.
        most: how many bytes it may have.

    Raises:
        AwsError: nobody knows. With the code `NoSuchKey` there is none, with `EntityTooLarge` there is more.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found = client().get_object(Bucket=bucket, Key=key)
        if most is not None and found["ContentLength"] > most:
            found["Body"].close()
            raise AwsError("GetObject", "EntityTooLarge", retryable=False)
        return found["Body"].read()
    except (BotoCoreError, ClientError) as error:
        raise AwsError("GetObject", kind(error), retryable=True) from error


@functools.cache
def client() -> "S3Client":
    """The client, made when first needed and kept."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard"})
    return boto3.client("s3", config=config)
