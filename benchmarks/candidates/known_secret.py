"""The answer function with its secret at hand, as the peers have theirs: without all that a read needs."""

import json
import os

from switchboard import credentials

credentials._prepare = lambda: None
credentials._read_version = lambda _label: json.loads(os.environ["BENCHMARK_CREDENTIALS"])

from app import lambda_handler  # noqa: E402

__all__ = ["lambda_handler"]
