"""The answer function, its secret read by Powertools' parameters utility."""

import os

from switchboard import credentials


def _read(label: str) -> credentials.Version:
    from aws_lambda_powertools.utilities import parameters

    name = os.environ["SWITCHBOARD_CREDENTIALS_SECRET"]
    version: credentials.Version = parameters.get_secret(name, transform="json", VersionStage=label)
    return version


credentials._prepare = lambda: None
credentials._read_version = _read

from app import lambda_handler  # noqa: E402

__all__ = ["lambda_handler"]
