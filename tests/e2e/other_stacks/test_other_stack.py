"""Another team's stack: it hears of ended calls, and puts the same command on the bus in three ways."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import aws, sam
from local.stage import Stage
from operate import paths
from tests.e2e.conftest import delete_quickly, wait_until
from tests.vonage_simulator.api.test_official_clients import CLIENTS, NPM, install, needs_npm
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]

EXAMPLE = paths.ROOT / "examples" / "other_stack"
REQUIREMENTS = paths.ROOT / "requirements"


@pytest.fixture(scope="module")
def shop(stage: Stage) -> Iterator[Stage]:
    """The example's stack, beside the shared one."""
    stack = replace(stage, stack_name="shop")
    stack.log.unlink(missing_ok=True)
    given = {"Switchboard": stage.stack_name}
    sam.deploy(stack.aws_url, EXAMPLE / "template.yaml", stack.stack_name, given, stack.log)
    yield stack
    delete_quickly(stack)


@pytest.fixture(scope="module")
def aws_cli() -> Path:
    folder, pinned = CLIENTS / "aws-cli", REQUIREMENTS / "awscli.txt"
    venv = [sys.executable, "-m", "venv", "."]
    pip = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "-q",
        "--require-hashes",
        "-r",
        str(pinned),
    ]
    install(folder, pinned.read_text(), venv, pip)
    return folder / "bin" / "aws"


@pytest.fixture(scope="module")
def node() -> Path:
    """A folder with AWS's SDK for Node, and the example's program in it."""
    needs_npm()
    folder = CLIENTS / "node-aws"
    wanted, pinned = (REQUIREMENTS / "node-aws" / name for name in ("package.json", "package-lock.json"))
    install(folder, pinned.read_text(), ["npm", "ci", *NPM], files=[wanted, pinned])
    shutil.copy(EXAMPLE / "send.mjs", folder)
    return folder


def client_of(stack: Stage, service: str) -> Any:  # noqa: ANN401 - boto3's are of no type that can be named
    return aws.session(stack.aws_url).client(service, endpoint_url=stack.aws_url)  # type: ignore[call-overload]


def ran(command: list[str], stage: Stage, folder: Path, **more: str) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        **aws.environment(stage.aws_url),
        "AWS_REGION": aws.REGION,
        **more,
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def sent(vonage: Vonage, text: str) -> list[Json]:
    """The messages of this text that Vonage was asked to send, but for the references of their commands."""
    asked = [entry["request"].get("body") for entry in vonage.journal.entries(kind="api")]
    return [
        {name: value for name, value in body.items() if name != "client_ref"}
        for body in asked
        if isinstance(body, dict) and body.get("text") == text
    ]


def entry() -> Json:
    """The command as the AWS CLI is given it."""
    (found,) = json.loads((EXAMPLE / "entries.json").read_text())
    return dict(found)


def scheduled(shop: Stage) -> Json:
    """What the deployed schedule does every morning."""
    scheduler = client_of(shop, "scheduler")
    (schedule,) = [
        each["Name"] for each in scheduler.list_schedules()["Schedules"] if each["Name"].startswith("shop-")
    ]
    return dict(scheduler.get_schedule(Name=schedule)["Target"])


def test_rule_of_another_stack_hears_that_a_call_has_ended(shop: Stage, vonage: Vonage) -> None:
    queue, heard = {"QueueUrl": shop.outputs()["EndedCallsUrl"], "WaitTimeSeconds": 1}, list[Json]()

    call = {"from": "447700900111", "to": "447700900000", "script": [{"hang_up": True}]}
    called = httpx.post(f"{vonage.url}/_simulator/calls", json=call, timeout=60, trust_env=False)
    assert called.status_code == 201, called.text

    def hears() -> bool:
        heard.extend(client_of(shop, "sqs").receive_message(**queue).get("Messages", []))
        return bool(heard)

    wait_until(hears, 60)
    event = json.loads(heard[0]["Body"])
    assert (event["source"], event["detail-type"]) == ("vonage.voice", "voice.completed")


def test_command_is_the_same_from_cloudformation_the_cli_and_node(
    shop: Stage, stage: Stage, vonage: Vonage, aws_cli: Path, node: Path, tmp_path: Path
) -> None:
    bus, target = stage.outputs()["EventBusName"], scheduled(shop)
    own = {**entry(), "EventBusName": bus}
    message = json.loads(own["Detail"])
    (tmp_path / "entries.json").write_text(json.dumps([own]))

    put_events = [str(aws_cli), "events", "put-events", "--entries", "file://entries.json"]
    told = ran(put_events, stage, tmp_path)
    put = ran(["node", "send.mjs"], stage, node, SWITCHBOARD_BUS=bus)

    assert json.loads(told)["FailedEntryCount"] == 0
    assert put.strip()
    wait_until(lambda: len(sent(vonage, message["text"])) == 2, 60)
    assert sent(vonage, message["text"]) == [message, message]
    assert target["Arn"].endswith(f":event-bus/{bus}")
    assert target["EventBridgeParameters"] == {"Source": own["Source"], "DetailType": own["DetailType"]}
    assert json.loads(target["Input"]) == message
