"""What `make logs` shows without being asked for a call or a function: what is no success, and that alone."""

from pathlib import Path

import pytest

from operate import paths
from operate.logs import NOT_A_SUCCESS
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
    lines = runtime.log(paths.ROOT / "functions" / "answer", webhook_event("answer", answer_request()))

    assert [line["message"] for line in lines] == ["Answered"]
    assert [line for line in [*lines, WELL] if matches(NOT_A_SUCCESS, line)] == []
