"""`ENV=local`: every command that operates a stack works on the one that runs on this machine."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local import aws
from local.stage import Stage
from tests.e2e.conftest import wait_until
from vonage_simulator.vonage import Vonage

pytestmark = pytest.mark.e2e

Typed = Callable[..., "subprocess.CompletedProcess[str]"]
CALLER = "447700900113"


@pytest.fixture
def typed(here: Path) -> Typed:
    """Types a command about the local stage, in a shell that is signed in elsewhere."""
    shell = {**os.environ, "AWS_PROFILE": "production", "AWS_SESSION_TOKEN": "of-another"}

    def run(*words: str, typing: str = "") -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "operate", *words, "--env", "local"]
        return subprocess.run(
            command, cwd=here, env=shell, capture_output=True, text=True, input=typing, check=False
        )

    return run


@pytest.fixture
def call(stage: Stage, vonage: Vonage) -> str:
    """A call that has ended."""
    number = stage.outputs()["LinkedNumbers"].split(",")[0]
    return vonage.engine.run(vonage.lines.call_in(CALLER, number)).call


def test_healthy_stage_is_healthy(typed: Typed) -> None:
    done = typed("doctor", "--json")

    report = json.loads(done.stdout)
    assert [finding for each in report["resources"] for finding in each["findings"]] == []
    assert done.returncode == 0, done.stdout


def test_webhook_that_fails_is_found(typed: Typed, stage: Stage) -> None:
    """So a healthy report has asked them where they are."""
    with handler_missing(stage, "RtcEventFunction"):
        done = typed("doctor")

    assert done.returncode == 1
    assert done.stdout.count("WEBHOOK_FAILS: Capabilities.rtc") == 1


@contextmanager
def handler_missing(stage: Stage, function: str) -> Iterator[None]:
    """A function that can't be loaded."""
    session = aws.session(stage.aws_url)
    cloudformation = session.client("cloudformation", endpoint_url=stage.aws_url)
    client = session.client("lambda", endpoint_url=stage.aws_url)
    found = cloudformation.describe_stack_resource(StackName=stage.stack_name, LogicalResourceId=function)
    name = found["StackResourceDetail"]["PhysicalResourceId"]
    client.update_function_configuration(FunctionName=name, Handler="app.nothing")
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=name, Handler="app.lambda_handler")


@pytest.mark.parametrize("word", ["plan", "drift", "rotate", "orphans"])
def test_command_of_the_provisioner_is_carried_out_here(typed: Typed, word: str) -> None:
    done = typed(word)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_call_is_found_replayed_and_erased_here(typed: Typed, call: str) -> None:
    # Of both legs: what is recorded later would be known again.
    wait_until(lambda: typed("history", "--call", call).stdout.count('"voice.completed"') == 2)

    assert json.loads(typed("replay", "--call", call, "--json").stdout)["events"] > 0
    assert "Answer" in typed("logs", "--call", call).stdout
    assert json.loads(typed("erase", "--number", CALLER, "--confirm", "--json").stdout)["deleted"]
    assert "Nothing is known" in typed("history", "--call", call).stderr


@pytest.mark.parametrize("queue", ["events", "commands", "undelivered", "media"])
def test_dead_letters_are_put_back_here(typed: Typed, queue: str) -> None:
    assert typed("redrive", "--queue", queue).returncode == 0


def test_credentials_are_tried_and_stored_here(typed: Typed, stage: Stage) -> None:
    wrong = typed("credentials", typing="wrong\nwrong\nwrong\n")
    right = typed("credentials", typing=f"{stage.api_key}\n{stage.api_secret}\n{stage.signature_secret}\n")

    assert "Vonage refused this API key and secret" in wrong.stderr
    assert "Updated switchboard/vonage" in right.stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["deploy"], "to an AWS account"),
        (["smoke"], "only a real AWS account can show"),
        (["ask-vonage", "--report", "asked.md"], "is a simulated one"),
        (["replay", "--from", "2026-11-23T08:00", "--to", "2026-11-23T09:00"], "keeps no archive"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_what_only_a_real_account_can_do_says_so(typed: Typed, words: list[str], reason: str) -> None:
    done = typed(*words)

    assert (done.returncode, done.stdout) == (1, "")
    assert reason in " ".join(done.stderr.split())
