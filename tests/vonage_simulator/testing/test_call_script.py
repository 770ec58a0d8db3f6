"""Call scripts as tests: files that pytest finds, on the flows that the tests beside them have."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

EXAMPLES = Path(__file__).parents[3] / "examples"
FLOWS = """
import importlib

import pytest

@pytest.fixture
def webhooks():
    flows = {name: importlib.import_module(f"examples.{name}.app").lambda_handler for name in NAMES}
    return {name.partition(".")[2]: handler for name, handler in flows.items()}
"""
FAILING = """
import json

import pytest

def ncco(*actions):
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(actions)}

@pytest.fixture
def webhooks():
    return {
        "answer": lambda event, context: ncco({"action": "tak", "text": "Hello."}),
        "fallback": lambda event, context: ncco({"action": "talk", "text": "Sorry."}),
        "event": lambda event, context: {"statusCode": 204},
    }
"""


@pytest.mark.parametrize(
    ("example", "flows"),
    [
        ("ivr/call.yaml", ("ivr.answer", "ivr.event")),
        ("auto_reply/message.yaml", ("auto_reply.inbound",)),
        ("booking/whatsapp.yaml", ("booking.inbound",)),
    ],
)
def test_script_of_an_example_passes_in_process(
    pytester: pytest.Pytester, example: str, flows: tuple[str, ...]
) -> None:
    pytester.makeconftest(FLOWS.replace("NAMES", repr(flows)))
    (pytester.path / "mine.call.yaml").write_text((EXAMPLES / example).read_text())

    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_script_that_fails_tells_the_story_and_why(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(FAILING)
    (pytester.path / "mine.call.yaml").write_text("expect: {hears: Good morning, fallback: true}")

    run = pytester.runpytest_inprocess()

    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(
        [
            "*mine.call.yaml: 447700900123 calls 447700900000",
            "*hears*Sorry.*",
            "*expected hears: Good morning*",
        ]
    )


def test_refused_ncco_fails_the_script_unless_that_is_expected(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(FAILING)
    (pytester.path / "meant.call.yaml").write_text("expect: {hears: Sorry, fallback: true}")
    (pytester.path / "not_meant.call.yaml").write_text("expect: {hears: Sorry}")

    pytester.runpytest_inprocess().assert_outcomes(passed=1, failed=1)


def test_script_that_nobody_can_follow_says_what_is_allowed(pytester: pytest.Pytester) -> None:
    (pytester.path / "mine.call.yaml").write_text("calller: []")

    run = pytester.runpytest_inprocess()

    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(["*a script may have *caller*; not calller"])


def test_any_other_file_is_no_test(pytester: pytest.Pytester) -> None:
    (pytester.path / "call.yaml").write_text("caller: []")

    pytester.runpytest_inprocess().assert_outcomes()
