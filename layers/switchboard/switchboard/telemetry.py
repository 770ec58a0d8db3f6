"""One log line and one metric per outcome, with ids and without secrets.

The line is written by the Powertools logger and carries the metric with it, in CloudWatch's embedded metric
format: Lambda's log group turns it into a metric by itself. (A second line by Powertools Metrics would cost
    as much again.)

Source: AWS, "CloudWatch embedded metric format specification".
"""

import json
import logging
import os
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from aws_lambda_powertools import Logger

logger = Logger(location=None)

# What ties a line to a call or a message. Everything else in a payload may be private.
_IDS = ("conversation_uuid", "uuid", "call_uuid", "recording_uuid", "message_uuid", "conversation_id")
_LONGEST_ID = 80


def outcome(name: str, webhook: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write one line, and count one in the metric `name` of the webhook.

    Args:
        name: the outcome in PascalCase, such as `Answered`: the line's message and the metric's name.
        webhook: the function that it happened in; a dimension of the metric.
        level: a level below the logger's own silences the line, never the metric.
        fields: what else the line says. The caller vouches that nothing in it is private.
    """
    metric = _metric(name, webhook)
    if level >= logger.log_level:
        write = logger.error if level >= logging.ERROR else logger.info
        write(name, extra={**fields, **metric})
    else:
        print(json.dumps(metric))  # noqa: T201 - Lambda's log is standard output


def ids(payload: Mapping[str, Any]) -> dict[str, str]:
    """The identifiers in a payload, for a log line."""
    return {name: payload[name][:_LONGEST_ID] for name in _IDS if isinstance(payload.get(name), str)}


def mask(number: object) -> str:
    """The last three characters of a phone number or user id: enough to recognise one's own."""
    text = str(number)
    return f"…{text[-3:]}" if len(text) > 6 else "…"


def where(error: BaseException) -> dict[str, object]:
    """An exception's type and where it came from. Never its message, which may quote a number or a text."""
    return {"error": type(error).__name__, "at": _frames(error.__traceback__)[-3:]}


def _frames(traceback: TracebackType | None) -> list[str]:
    frames = []
    while traceback:
        code = traceback.tb_frame.f_code
        frames.append(f"{os.path.basename(code.co_filename)}:{traceback.tb_lineno} {code.co_name}")  # noqa: PTH119
        traceback = traceback.tb_next
    return frames


def _metric(name: str, webhook: str) -> dict[str, Any]:
    directive = {
        "Namespace": os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Switchboard"),
        "Dimensions": [["service", "webhook"]],
        "Metrics": [{"Name": name, "Unit": "Count"}],
    }
    return {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]},
        "service": os.environ.get("POWERTOOLS_SERVICE_NAME", "switchboard"),
        "webhook": webhook,
        name: 1,
    }
