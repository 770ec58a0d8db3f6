"""Runs another handler, named by BENCHMARK_HANDLER, and answers with the modules that it made Python load."""

import os
import sys
from importlib import import_module
from typing import Any

_BEFORE = set(sys.modules)
_module, _, _name = os.environ["BENCHMARK_HANDLER"].partition(".")
_handler = getattr(import_module(_module), _name)


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """One invocation of the other handler, for what it loads when it is first needed."""
    _handler(event, context)
    return {"statusCode": 200, "modules": sorted(set(sys.modules) - _BEFORE)}
