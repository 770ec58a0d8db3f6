"""The answer function, its secret read by boto3, imported when it is needed."""

import json
import os

from switchboard import credentials


def _read(label: str) -> credentials.Version:
    import boto3

    reply = boto3.client("secretsmanager").get_secret_value(
        SecretId=os.environ["SWITCHBOARD_CREDENTIALS_SECRET"], VersionStage=label
    )
    version: credentials.Version = json.loads(reply["SecretString"])
    return version


credentials._prepare = lambda: None
credentials._read_version = _read

from app import lambda_handler  # noqa: E402

__all__ = ["lambda_handler"]
