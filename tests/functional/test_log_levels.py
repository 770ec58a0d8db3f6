"""Every `LogLevel` under Lambda's own runtime clients: what a flow says."""

from pathlib import Path

import pytest

from tests.factories import answer_request, webhook_event
from tests.lambda_runtime import LEVELS, Runtime, written

FLOW = """
from switchboard import answer, logger, talk

@answer
def lambda_handler(call):
    for level in ("debug", "info", "warning", "error"):
        getattr(logger, level)("said")
    return [talk("Hello.")]
"""


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.usefixtures("backbone")
def test_a_flows_own_lines_are_those_of_the_level(runtime: Runtime, tmp_path: Path, level: str) -> None:
    flow = written(tmp_path, FLOW)

    lines = runtime.log(flow, webhook_event("answer", answer_request()), level=level)

    said = [line["level"] for line in lines if line.get("message") == "said"]
    assert said == list(LEVELS[LEVELS.index(level) :])
