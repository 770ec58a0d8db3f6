"""What functions of the embedded AWS tell, on its way to the simulated Vonage."""

import json
from typing import Any

import httpx
import pytest

from local.gateway import EmbeddedGateway
from local.live.functions import Functions
from local.telling.responses import crashed
from vonage_simulator.testing.endpoint import Answer, serving
from vonage_simulator.webhooks.told import HEADER, outcomes_of

STACK = "https://a1b2c3d4.execute-api.us-east-1.amazonaws.com"


def told(answer: Answer, route: str = "answer", failing: dict[str, Any] | None = None) -> list[Any]:
    with (
        serving(lambda _request: answer) as aws_url,
        httpx.Client(transport=EmbeddedGateway(aws_url, functions=Functions(failing or {}))) as client,
    ):
        return outcomes_of(client.post(f"{STACK}/webhooks/{route}", content="{}"))


def saying(*outcomes: dict[str, Any]) -> Answer:
    return Answer(headers={HEADER: json.dumps(outcomes)})


@pytest.mark.parametrize(
    ("route", "line", "on_disk"),
    [
        ("answer", "app.py:6 in lambda_handler: x", "functions/answer/app.py:6 in lambda_handler: x"),
        ("rtcevent", "app.py:6 in f: x", "functions/rtc_event/app.py:6 in f: x"),
        ("answer", "humanize/number.py:9 in f: x", "humanize/number.py:9 in f: x"),
    ],
)
def test_line_of_a_function_has_the_path_that_an_editor_opens(route: str, line: str, on_disk: str) -> None:
    (outcome,) = told(saying({"name": "FlowFailed", "severity": "ERROR", "at": [line]}), route)

    assert outcome["at"] == [on_disk]


def test_function_that_crashed_is_told_in_the_emulator_s_words() -> None:
    body = {"errorMessage": "Worker init failed: No module named 'humanise'", "errorType": "RuntimeError"}

    (outcome,) = told(Answer(502, json.dumps(body).encode()))

    assert outcome == crashed(body["errorMessage"], [])


@pytest.mark.parametrize("body", [b"", b"[]", b'{"message": "no such function"}', b"<html>"])
def test_other_bad_gateways_tell_nothing(body: bytes) -> None:
    assert told(Answer(502, body)) == []


def test_function_that_can_t_start_isn_t_asked() -> None:
    why = crashed("ModuleNotFoundError: No module named 'humanise'", ["functions/answer/app.py:1"])

    assert told(Answer(reset=True), failing={"answer": why}) == [why]
    assert told(saying(), "event", failing={"answer": why}) == []


@pytest.mark.parametrize(
    "header",
    ["", "x", "{}", '["x"]', '[{"name": "Late"}]', '[{"name": 1, "severity": "INFO"}]',
     '[{"name": "Late", "severity": "FATAL"}]', '[{"severity": "INFO"}]',
     '[{"name": "Late", "severity": "INFO", "at": "app.py"}]'],
)  # fmt: skip
def test_header_that_can_t_be_read_tells_nothing(header: str) -> None:
    assert told(Answer(headers={HEADER: header})) == []
