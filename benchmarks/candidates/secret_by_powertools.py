"""The answer function, its secret read by Powertools' parameters utility."""

import os

from switchboard.aws.secret import Version
from switchboard.webhooks import signature_secrets


def _read(label: str) -> Version:
    from aws_lambda_powertools.utilities import parameters

    name = os.environ["SWITCHBOARD_SIGNATURE_SECRET"]
    return Version(parameters.get_secret(name, transform="json", VersionStage=label), None)


signature_secrets._prepare = lambda *_: None
signature_secrets._read_version = _read

from app import lambda_handler  # noqa: E402

__all__ = ["lambda_handler"]
