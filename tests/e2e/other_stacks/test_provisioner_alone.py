"""The provisioner by itself, as docs/provisioner.md deploys it, and a stack whose application it makes."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from local import aws, sam
from local.stage import Stage
from local.template import on_this_machine
from operate import paths
from operate.stages import sam as cli
from tests.e2e.conftest import delete_quickly, stage_for, vonage_account
from tests.projects import NOTHING_COMPILED
from vonage_simulator.vonage import Vonage

EXAMPLE = paths.ROOT / "examples" / "own_application" / "template.yaml"
NUMBER = "447700900000"


@pytest.fixture(scope="module")
def account(aws_url: str) -> Iterator[Vonage]:
    with vonage_account(aws_url) as vonage:
        yield vonage


@pytest.fixture(scope="module")
def folder() -> Path:
    """The provisioner's folder beside the layers', always the same, by which SAM's cache goes."""
    project = paths.LOCAL / "provisioner-alone"
    shutil.copytree(
        paths.ROOT / "provisioner", project / "provisioner", ignore=NOTHING_COMPILED, dirs_exist_ok=True
    )
    if not (project / "layers").is_symlink():
        (project / "layers").symlink_to(paths.ROOT / "layers")
    template = project / "provisioner" / "template.yaml"
    template.write_text(on_this_machine(template.read_text()))
    return template.parent


@pytest.fixture(scope="module")
def provisioner(aws_url: str, account: Vonage, folder: Path) -> Iterator[Stage]:
    """The deployed provisioner: by the two commands of the page."""
    stack = stage_for(account, aws_url, "vonage-provisioner")
    stack.store_credentials()
    stack.log.unlink(missing_ok=True)
    urls = [f"{name}={account.url}" for name in ("VonageApiUrl", "VonageNumbersUrl")]
    commands = (("build",), ("deploy", "--no-confirm-changeset", "--parameter-overrides", *urls))
    environment = {**aws.environment(aws_url), **sam.layer_environment(), "SAM_CLI_POLL_DELAY": "0.3"}
    for command in commands:
        with stack.log.open("ab") as log:
            failed = cli.run(*command, folder=folder, environment=environment, log=log)
        assert not failed, stack.log.read_text()
    yield stack
    delete_quickly(stack)


@pytest.fixture(scope="module")
def own(provisioner: Stage) -> Iterator[Stage]:
    """A stack with an application and a number of its own."""
    stack = replace(provisioner, stack_name="own-of-the-provisioner")
    given = {
        "Switchboard": provisioner.stack_name,
        "AnswerUrl": "https://example.com/answer",
        "EventUrl": "https://example.com/event",
        "Numbers": NUMBER,
    }
    sam.deploy(stack.aws_url, EXAMPLE, stack.stack_name, given, stack.log)
    yield stack
    delete_quickly(stack)


def test_application_and_its_number_are_made_without_a_switchboard(own: Stage, account: Vonage) -> None:
    application = account.account.applications[own.outputs()["ApplicationId"]]

    assert application["name"] == own.stack_name
    assert account.account.numbers[NUMBER]["app_id"] == application["id"]


def test_provisioner_says_that_all_is_well(own: Stage, provisioner: Stage) -> None:
    client = aws.session(own.aws_url).client("lambda", endpoint_url=own.aws_url)
    function = provisioner.outputs()["ProvisionerServiceToken"]

    report = json.load(client.invoke(FunctionName=function, Payload=b'{"action": "check"}')["Payload"])

    assert report["status"] == "ok"
    assert [each["resource"].split(".")[:2] for each in report["resources"]] == [
        [own.stack_name, "Application"],
        [own.stack_name, "Number"],
    ]


def test_stack_that_goes_takes_its_application_along(own: Stage, account: Vonage) -> None:
    delete_quickly(own)

    assert account.account.applications == {}
    assert "app_id" not in account.account.numbers[NUMBER]
