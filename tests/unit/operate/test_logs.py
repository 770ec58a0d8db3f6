"""What `make logs` shows without being asked for a call or a function: what is no success, and that alone."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operate import paths
from operate.logs.command import NOT_A_SUCCESS
from operate.logs.line import LogLine
from tests.factories import answer_request, webhook_event
from tests.fakes.filter_pattern import matches
from tests.fakes.stores import Json
from tests.lambda_runtime import Runtime, written

# What Lambda itself says, at its default system log level, of an end that the function did not live to see.
# Source: AWS, "Lambda Telemetry API Event schema reference", platform.report.
TIMED_OUT = {"type": "platform.report", "record": {"requestId": "r", "metrics": {}, "status": "timeout"}}
OUT_OF_MEMORY = {
    "type": "platform.report",
    "record": {"requestId": "r", "metrics": {}, "status": "error", "errorType": "Runtime.OutOfMemory"},
}
WELL = {"type": "platform.report", "record": {"requestId": "r", "metrics": {}, "status": "success"}}


@pytest.mark.parametrize(
    "code",
    [
        "def lambda_handler(event, context):\n    raise KeyError('to')",
        "import a_module_that_is_missing",
        "def lambda_handler(event, context:",
        "def another_handler(event, context): ...",
    ],
    ids=["crash", "failed import", "syntax error", "no handler"],
)
def test_make_logs_finds_what_ended_a_function(runtime: Runtime, tmp_path: Path, code: str) -> None:
    lines = runtime.log(written(tmp_path, code), {})

    found = [line for line in lines if matches(NOT_A_SUCCESS, line)]
    assert [line["errorType"] for line in found if "errorType" in line]


@pytest.mark.parametrize("line", [TIMED_OUT, OUT_OF_MEMORY], ids=["time-out", "out of memory"])
def test_make_logs_finds_what_lambda_ended(line: Json) -> None:
    assert matches(NOT_A_SUCCESS, line)


@pytest.mark.usefixtures("aws")
def test_make_logs_leaves_out_what_went_well(runtime: Runtime) -> None:
    lines = runtime.log(paths.ROOT / "tests" / "flows" / "answer", webhook_event("answer", answer_request()))

    assert [line["message"] for line in lines] == ["Answered"]
    assert [line for line in [*lines, WELL] if matches(NOT_A_SUCCESS, line)] == []


FAILED = {
    "level": "ERROR", "message": "FlowFailed", "timestamp": "2026-11-23T11:59:22.000Z",
    "event": "voice.input", "conversation_uuid": "CON-1", "uuid": "aaaa", "from": "…123", "to": "…000",
    "error": "KeyError", "at": ["pipeline.py:80 _run", "app.py:6 lambda_handler"], "status": 500, "ms": 29,
    "_aws": {"Timestamp": 1}, "service": "switchboard", "webhook": "event", "FlowFailed": 1,
}  # fmt: skip
AT_MS = 1795435162000  # 2026-11-23 11:59:22
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
REPORT = "REPORT RequestId: r\tDuration: 2000.4 ms\tBilled Duration: 2001 ms\tMemory Size: 256 MB\t"


def told(text: str | Json, now: datetime = NOON) -> str:
    text = text if isinstance(text, str) else json.dumps(text)
    return LogLine(AT_MS, "Event", text).words(now)


def test_outcome_is_one_readable_line() -> None:
    expected = "FlowFailed voice.input …123→…000 KeyError app.py:6 status 500 29 ms CON-1"
    assert told(FAILED) == f"11:59:22 Event        {expected}"


def test_line_of_another_day_says_which() -> None:
    assert told(FAILED, NOON + timedelta(days=1)).startswith("11-23 11:59:22 Event")


IN_TIME = {"durationMs": 29000.0, "memorySizeMB": 256, "maxMemoryUsedMB": 90}
TRACEBACK = 'Traceback…\n  File "/var/task/app.py", line 9, in look'
NOT_FOUND = {
    "log_level": "ERROR", "errorType": "Runtime.ImportModuleError", "errorMessage": "No module named 'x'",
}  # fmt: skip


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"message": "Looked up", "vip": True, "conversation_uuid": "CON-1"}, "Looked up vip=true CON-1"),
        ({"message": "Oh", "exception_name": "ValueError", "exception": TRACEBACK}, "Oh ValueError app.py:9"),
        (NOT_FOUND, "No module named 'x' Runtime.ImportModuleError"),
        (TIMED_OUT | {"record": {"status": "timeout", "metrics": IN_TIME}},
         "ended by Lambda (timeout) after 29000 ms, 90 of 256 MB"),
        (f"{REPORT}Max Memory Used: 90 MB\tStatus: timeout",
         "ended by Lambda (timeout) after 2000 ms, 90 of 256 MB"),
        ("printed by a flow", "printed by a flow"),
        ("{not JSON", "{not JSON"),
        ("[1]", "[1]"),
    ],
    ids=["flow's own", "traceback", "import", "time-out", "time-out in text", "print", "a brace", "a list"],
)  # fmt: skip
def test_every_kind_of_line_is_readable(line: str | Json, words: str) -> None:
    assert told(line) == f"11:59:22 Event        {words}"


@pytest.mark.parametrize(
    ("line", "is_shown"),
    [
        ("START RequestId: r Version: 1", False),
        ("END RequestId: r", False),
        ("INIT_START Runtime Version: python:3.13.v1", False),
        (f"{REPORT}Max Memory Used: 90 MB", False),
        (f"{REPORT}Max Memory Used: 240 MB", True),
        (f"{REPORT}Max Memory Used: 90 MB\tStatus: timeout", True),
        ({"type": "platform.start", "record": {}}, False),
        (WELL, False),
        (TIMED_OUT, True),
        (OUT_OF_MEMORY, True),
        (FAILED, True),
        ("printed by a flow", True),
    ],
)
def test_lambda_s_own_lines_are_shown_when_they_say_something(line: str | Json, *, is_shown: bool) -> None:
    text = line if isinstance(line, str) else json.dumps(line)
    assert LogLine(AT_MS, "Event", text).says_nothing is not is_shown


@pytest.mark.parametrize(
    "line",
    [FAILED, FAILED | {"level": "INFO"}, FAILED | {"level": "WARNING"}, {"log_level": "ERROR"}, {"x": 1},
     TIMED_OUT, OUT_OF_MEMORY, WELL],
)  # fmt: skip
def test_what_is_amiss_is_what_cloudwatch_is_asked_for(line: Json) -> None:
    assert LogLine(AT_MS, "Event", json.dumps(line)).is_amiss == matches(NOT_A_SUCCESS, line)
