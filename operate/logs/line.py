"""One log line of a function, as a person reads it.

    11:59:22 Event        FlowFailed voice.input …123→…000 KeyError app.py:6 status 500 29 ms CON-…

A line is one of three: an outcome or a message in JSON, which our functions, the flows' `logger` and Lambda's
runtime client write; what Lambda itself says of an invocation, in JSON or, as the embedded AWS does, in text;
or whatever else a flow prints.

Source: AWS, "Lambda Telemetry API Event schema reference" (`platform.report`, its `status` and `metrics`);
"Log and monitor Python Lambda functions" (the keys of JSON log lines, REPORT).
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

AMISS = {"WARNING", "ERROR", "CRITICAL"}
_ENDED_BADLY = {"failure", "error", "timeout"}
# Lambda ends a function that takes more memory than it has: so much of it is worth a look before that.
_NEARLY_ALL = 0.9
_LAMBDAS_OWN = re.compile(r"(?:START|END|REPORT) RequestId: |INIT_START ")
_MEMORY = re.compile(r"Memory Size: (\d+) MB\s+Max Memory Used: (\d+) MB")
_DURATION = re.compile(r"\tDuration: ([\d.]+) ms")
_STATUS = re.compile(r"\tStatus: (\w+)")
_IDS = ("conversation_uuid", "message_uuid", "conversation_id", "id", "uuid")
# What every line has, what is told another way, and what only a machine reads.
_TOLD = {
    "level", "log_level", "timestamp", "message", "event", "error", "at", "from", "to", "reason", "ms",
    "status",
    "errorType", "errorMessage", "stackTrace", "exception", "exception_name", "location", "logger",
    "requestId", "function_request_id", "service", "webhook", "_aws", "cold_start", "function_arn",
    "function_name", "function_memory_size", "xray_trace_id", "call_uuid", "recording_uuid", *_IDS,
}  # fmt: skip
Json = dict[str, Any]


class _Invocation(NamedTuple):
    """What Lambda says of one: how it ended, how long it took and how much memory (in MB) it had and used."""

    status: str
    duration_ms: float
    size_mb: int
    used_mb: int


class LogLine(NamedTuple):
    """A log line of a function; `at` is Unix time in milliseconds."""

    at: int
    function: str
    text: str

    @property
    def is_amiss(self) -> bool:
        """Whether it tells of something that isn't a success: what CloudWatch is asked for, too."""
        record = _json(self.text)
        if invocation := _invocation(self.text, record):
            return invocation.status in _ENDED_BADLY
        return bool(AMISS & {str(record.get("level")), str(record.get("log_level"))})

    @property
    def says_nothing(self) -> bool:
        """Whether it's Lambda's own, about an invocation that ended well and had memory to spare."""
        record = _json(self.text)
        if invocation := _invocation(self.text, record):
            near = invocation.size_mb and invocation.used_mb >= _NEARLY_ALL * invocation.size_mb
            return invocation.status not in _ENDED_BADLY and not near
        return bool(_LAMBDAS_OWN.match(self.text)) or str(record.get("type", "")).startswith("platform.")

    def words(self, now: datetime) -> str:
        """The line for a person, in UTC; with its day when that isn't today's."""
        at = datetime.fromtimestamp(self.at / 1000, UTC)
        when = f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at:%m-%d %H:%M:%S}"
        return " ".join([when, f"{self.function:<12}", *filter(None, _words(self.text))])


def _words(text: str) -> Iterator[str]:
    record = _json(text)
    if invocation := _invocation(text, record):
        yield f"ended by Lambda ({invocation.status})" if invocation.status in _ENDED_BADLY else "ended well"
        yield f"after {invocation.duration_ms:.0f} ms, {invocation.used_mb} of {invocation.size_mb} MB"
        yield str(record.get("record", {}).get("errorType", ""))
    elif not record or "type" in record:
        yield text
    else:
        yield from _outcome(record)


def _outcome(record: Json) -> Iterator[str]:
    yield str(record.get("message") or record.get("errorMessage") or "")
    yield str(record.get("event", ""))
    if "from" in record or "to" in record:
        yield f"{record.get('from', '')}→{record.get('to', '')}"
    yield str(record.get("error") or record.get("errorType") or record.get("exception_name") or "")
    yield _place(record)
    yield str(record.get("reason", ""))
    yield from (f"{name}={_plain(value)}" for name, value in _others(record))
    yield f"status {record['status']}" if record.get("status") else ""
    yield f"{record['ms']} ms" if "ms" in record else ""
    yield next((str(record[name]) for name in _IDS if name in record), "")


def _place(record: Json) -> str:
    """Where an exception was raised: `app.py:6`."""
    if frames := record.get("at"):
        return str(frames[-1]).partition(" ")[0]
    traceback = "".join(record.get("stackTrace") or []) or str(record.get("exception") or "")
    found: list[tuple[str, str]] = re.findall(r'File "(?:[^"]*/)?([^"/]+)", line (\d+)', traceback)
    return ":".join(found[-1]) if found else ""


def _others(record: Json) -> Iterator[tuple[str, object]]:
    """What else a flow's own line, or one of our workers, tells; not the count of the outcome itself."""
    for name, value in record.items():
        if name not in _TOLD and name != record.get("message"):
            yield name, value


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json(text: str) -> Json:
    try:
        record = json.loads(text) if text.startswith("{") else {}
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _invocation(text: str, record: Json) -> _Invocation | None:
    if record.get("type") == "platform.report":
        said = record.get("record", {})
        metrics = said.get("metrics", {})
        return _Invocation(
            str(said.get("status", "")),
            metrics.get("durationMs", 0.0),
            metrics.get("memorySizeMB", 0),
            metrics.get("maxMemoryUsedMB", 0),
        )
    if text.startswith("REPORT RequestId: "):
        status, duration, memory = (each.search(text) for each in (_STATUS, _DURATION, _MEMORY))
        size, used = map(int, memory.groups()) if memory else (0, 0)
        return _Invocation(
            status[1] if status else "success", float(duration[1]) if duration else 0.0, size, used
        )
    return None
