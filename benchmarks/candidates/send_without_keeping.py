"""The event function, its event queued over a new connection each time."""

from collections.abc import Mapping
from typing import Any

from switchboard.aws import queues

_kept = queues._send


def _send(url: str, message: Mapping[str, Any], group: str, *_timeout_s: float) -> None:
    queues._sqs.close()
    _kept(url, message, group)


queues._send = _send

from app import lambda_handler  # noqa: E402

__all__ = ["lambda_handler"]
