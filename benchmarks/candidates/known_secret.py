"""The answer function with its secret at hand, as the peers have theirs: without all that a read needs."""

import json
import os

from switchboard.aws.secret import Version
from switchboard.webhooks import signature_secrets

signature_secrets._prepare = lambda *_: None
signature_secrets._read_version = lambda _label: Version(
    json.loads(os.environ["BENCHMARK_CREDENTIALS"]), None
)

from app import lambda_handler  # noqa: E402

__all__ = ["lambda_handler"]
