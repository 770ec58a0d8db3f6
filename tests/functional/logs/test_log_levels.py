"""Every `LogLevel` under Lambda's own runtime clients: what a flow says, and what metrics and alarms need."""

import re
from pathlib import Path

import pytest

from operate import paths
from tests.factories import answer_request, batch, webhook_event
from tests.fakes.filter_pattern import matches
from tests.lambda_runtime import LEVELS, Runtime, counted, written
from tests.samples import sample

FUNCTIONS, WORKERS = paths.ROOT / "tests" / "flows", paths.ROOT / "workers"
CALL = sample("command_call_with_ncco")
FLOW = """
from switchboard import answer, logger, talk

@answer
def lambda_handler(call):
    for level in ("debug", "info", "warning", "error"):
        getattr(logger, level)("said")
    return [talk("Hello.")]
"""


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.usefixtures("vonage")
def test_metrics_and_what_the_alarms_look_for_survive_every_level(runtime: Runtime, level: str) -> None:
    asked = webhook_event("fallback", sample("fallback_answer"))
    asked["requestContext"]["apiId"] = "own"
    answer = runtime.log(FUNCTIONS / "answer", webhook_event("answer", answer_request()), level=level)
    fallback = runtime.log(FUNCTIONS / "fallback", asked, level=level)
    outbound = runtime.log(WORKERS / "outbound", batch(CALL), level=level)

    assert (counted(answer), counted(outbound)) == ({"Answered"}, {"Accepted"})
    template = (paths.ROOT / "template.yaml").read_text()
    pattern = re.search(r"\n  FallbackAskedMetric:\n(?:    .*\n)*?      FilterPattern: !Sub '(.*)'", template)
    assert pattern
    assert [matches(pattern[1].replace("${FallbackApi}", "own"), line) for line in fallback] == [True]
    assert fallback[0].keys() >= {"level", "timestamp"}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.usefixtures("backbone")
def test_a_flows_own_lines_are_those_of_the_level(runtime: Runtime, tmp_path: Path, level: str) -> None:
    flow = written(tmp_path, FLOW)

    lines = runtime.log(flow, webhook_event("answer", answer_request()), level=level)

    said = [line["level"] for line in lines if line.get("message") == "said"]
    assert said == list(LEVELS[LEVELS.index(level) :])
