"""One log line and one metric per outcome, with ids and without secrets.

The line is JSON and carries its metric with it, in CloudWatch's embedded metric format, so that Lambda's log
group makes the metric by itself. It is written here, in Powertools' words, rather than by Powertools: on the
answer path its import would cost 30 ms of CPU and each line 100 µs. `logger` is the Powertools logger, loaded
when a flow imports it; its lines carry the ids of the call or message too.

Source: AWS, "CloudWatch embedded metric format specification"; "Log and monitor Python Lambda functions" (the
keys `timestamp`, `level`, `message` and `requestId` of JSON log lines).
"""

import functools
import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from switchboard.environment import tells_all

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    logger: Logger

Severity = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
_RANKS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}

# What ties a line to a call or a message. Everything else in a payload may be private.
_IDS = (
    "conversation_uuid", "uuid", "call_uuid", "recording_uuid", "message_uuid", "conversation_id",
    "request_id",
)  # fmt: skip
_NUMBERS = ("from", "to")
_TOLD = (*_IDS, *_NUMBERS)
_LONGEST_ID = 80

# A line is paid for by the byte.
_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)

# What these log of a request is private: httpx its whole URL, botocore at DEBUG its body, token and secrets.
_TALKATIVE = ("boto3", "botocore", "httpcore", "httpx", "s3transfer", "urllib3")


def outcome(
    name: str,
    webhook: str,
    level: Severity = "INFO",
    failure: BaseException | None = None,
    count: int = 1,
    /,
    **fields: object,
) -> None:
    """Write one line, and count in the metric `name` of the webhook.

    Args:
        name: the outcome in PascalCase, such as `Answered`: the line's message and the metric's name.
        webhook: the function that it happened in. The metric is counted for it and for the whole stack.
        level: below POWERTOOLS_LOG_LEVEL, all of the line but the metric is left out.
        failure: what led to it, for the person at a laptop; the line has none of it.
        count: how many it is about.
        fields: what else the line says. The caller vouches that nothing in it is private.
    """
    if level != "DEBUG" and tells_all():
        from switchboard import telling

        telling.hear(name, level, fields, failure)
    now = time.time()
    line: dict[str, object] = {}
    if _RANKS[level] >= _least_rank():
        line = {"level": level, "message": name, "timestamp": _timestamp(now), **fields}
    # The metric's part is the same each time, but for the time in it.
    metric = _metric(name, webhook) % (int(now * 1000), count)
    sys.stdout.write(f"{_ENCODER.encode(line)[:-1]}{',' if line else ''}{metric}\n")
    sys.stdout.flush()


def describe(payload: Mapping[str, Any]) -> dict[str, str]:
    """The identifiers in a payload, and its numbers masked, for a log line."""
    told = {}
    for name in _TOLD:
        if isinstance(value := payload.get(name), str):
            told[name] = mask(value) if name in _NUMBERS else value[:_LONGEST_ID]
    return told


def mask(number: str) -> str:
    """The last three characters of a phone number or user id: enough to recognise one's own."""
    return f"…{number[-3:]}" if len(number) > 6 else "…"


def where(error: BaseException) -> dict[str, object]:
    """What an exception is and where it came from. Never its message, which may quote a number or a text."""
    return {"error": kind(error), "at": _frames(error.__traceback__)[-3:]}


def kind(error: BaseException) -> str:
    """An exception's type; of an error that AWS answered boto3 with, AWS's own code for it."""
    answer = getattr(error, "response", None)
    code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
    return str(code or type(error).__name__)


def bind(ids: Mapping[str, str]) -> None:
    """Let the lines of `logger` carry these ids until the next request, if a flow has a logger."""
    if logger := globals().get("logger"):
        logger.clear_state()
        logger.append_keys(**ids)


def __getattr__(name: str) -> "Logger":
    if name != "logger":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from aws_lambda_powertools import Logger

    with warnings.catch_warnings(action="ignore"):  # one says that the level is not Lambda's, which would win
        made = Logger()
    logging.getLogger(made.name).setLevel(_least_rank())
    globals()[name] = made
    return made


def keep_libraries_quiet() -> None:
    """Let libraries log their warnings alone, at any level. Whoever makes one of their clients calls this."""
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)


def _frames(traceback: TracebackType | None) -> list[str]:
    frames = []
    while traceback:
        code = traceback.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return frames


@functools.cache
def _least_rank() -> int:
    return _RANKS.get(os.environ.get("POWERTOOLS_LOG_LEVEL", "INFO").upper(), 0)


@functools.cache
def _metric(name: str, webhook: str) -> str:
    """The end of a line: a metric in JSON without its first brace, with `%d` for its time in ms and count."""
    directive = {
        "Namespace": os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Switchboard"),
        "Dimensions": [["service", "webhook"], ["service"]],
        "Metrics": [{"Name": name, "Unit": "Count"}],
    }
    service = os.environ.get("POWERTOOLS_SERVICE_NAME", "switchboard")
    metadata = {"Timestamp": 0, "CloudWatchMetrics": [directive]}
    document = {"_aws": metadata, "service": service, "webhook": webhook, name: 0}
    text = _ENCODER.encode(document)[1:].replace("%", "%%")
    return text.replace('"Timestamp":0', '"Timestamp":%d').removesuffix("0}") + "%d}"


@functools.lru_cache(maxsize=2)
def _second(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


def _timestamp(now: float) -> str:
    return f"{_second(int(now))}.{int(now * 1000) % 1000:03}Z"


keep_libraries_quiet()  # a flow may use them, too
