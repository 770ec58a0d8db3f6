"""docs/first-deployment.md, followed command by command in a fresh clone; then a deployment that fails.

The clone differs from what a reader has where the embedded AWS differs from AWS: in the template as every
local deployment has it, the addresses of Vonage, and no archive.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest

from local import aws, sam
from local.stage import Stage
from local.template import local_template, python
from local.up import CALLEE
from operate import paths
from tests import projects
from tests.e2e.conftest import stage_for, vonage_account
from vonage_simulator.vonage import Vonage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

NUMBER = "447700900000"


@pytest.fixture(scope="module")
def account(aws_url: str) -> Iterator[Vonage]:
    with vonage_account(aws_url) as vonage:
        yield vonage


@pytest.fixture(scope="module")
def stage(aws_url: str, account: Vonage) -> Stage:
    return stage_for(account, aws_url, "switchboard")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, aws_url: str, account: Vonage) -> Path:
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(["git", "ls-files"], cwd=paths.ROOT, check=True, capture_output=True, text=True)  # noqa: S607
    for name in listed.stdout.splitlines():
        if (paths.ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(paths.ROOT / name, folder / name)
    (folder / ".local").mkdir()
    for installed in (".venv", ".local/sam", ".local/aws", ".local/uv"):
        (folder / installed).symlink_to(paths.ROOT / installed)
    local_template(paths.ROOT / "template.yaml", folder / "template.yaml", aws_url)
    shutil.rmtree(folder / "functions")
    shutil.copytree(projects.FLOWS, folder / "functions", ignore=projects.NOTHING_COMPILED)
    settings = projects.SAMCONFIG.read_text()
    here = f'["VonageApiUrl={account.url}", "VonageNumbersUrl={account.url}", "ArchiveDays=0"]'
    settings = settings.replace(
        "[default.deploy.parameters]\n", f"[default.deploy.parameters]\nparameter_overrides = {here}\n"
    )
    (folder / "samconfig.toml").write_text(settings)
    return folder


def run(command: str, clone: Path, stage: Stage, typed: str) -> subprocess.CompletedProcess[str]:
    """A command of the page, as somebody types it and what it asks for."""
    machine = os.uname().machine
    return subprocess.run(  # noqa: S602 - the page's own words
        command,
        shell=True,
        cwd=clone,
        env={
            **aws.environment(stage.aws_url),
            "VONAGE_API_URL": stage.vonage_url,
            "LAYER_PLATFORM": f"{machine}-manylinux_2_28",
            "LAYER_PYTHON": python(),
            "LAYER_INTERPRETER": str(aws.PYTHON),
            "SAM_CLI_TELEMETRY": "0",
        },
        input=typed,
        capture_output=True,
        text=True,
        start_new_session=True,  # without a terminal, secrets are read from the input
        check=False,
    )


def commands() -> list[str]:
    page = (paths.ROOT / "docs" / "first-deployment.md").read_text()
    return "".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL)).splitlines()


def heard(account: Vonage) -> list[tuple[object, object]]:
    """What a caller of the number hears and whom they reach."""
    outcome = account.engine.run(account.lines.call_in("447700900111", NUMBER))
    return [(line["what"], line.get("text") or line.get("number")) for line in outcome.transcript]


def test_page_is_followed_to_a_number_that_answers(clone: Path, stage: Stage, account: Vonage) -> None:
    credentials, deploy = commands()
    deploy = deploy.replace("447700900001", CALLEE)

    stored = run(
        credentials, clone, stage, f"{stage.api_key}\n{stage.api_secret}\n{stage.signature_secret}\n"
    )
    assert stored.returncode == 0, stored.stdout + stored.stderr
    begun = datetime.now(UTC)
    with stage.routes_followed():
        deployed = run(deploy, clone, stage, "y\n")
    assert deployed.returncode == 0, sam.first_failure(stage.aws_url, stage.stack_name, begun)

    assert stage.resources()["WebhookCheck"] == "Custom::WebhookCheck"
    assert ("talk", "Connecting you.") in heard(account)
    assert ("connected", CALLEE) in heard(account)
    keys = [*clone.rglob("*.pem"), *clone.rglob("*.key")]
    assert [key for key in keys if "cacert" not in key.name and ".local" not in key.parts] == []


def test_deployment_whose_webhook_fails_is_rolled_back(clone: Path, stage: Stage, account: Vonage) -> None:
    application = stage.application().json()
    flow = clone / "functions" / "answer" / "app.py"
    flow.write_text(
        flow.read_text().replace("    if FORWARD_TO", '    raise KeyError("oops")\n    if FORWARD_TO')
    )

    with stage.routes_followed():
        failed = run("make deploy", clone, stage, "y\n")

    assert failed.returncode == 2
    assert "answer answers 500 instead of 200 (FlowFailed: KeyError at app.py:" in " ".join(
        failed.stdout.split()
    )
    assert stage.application().json() == application
    assert ("connected", CALLEE) in heard(account)


def test_nothing_is_left_but_what_is_said_to_be_kept(
    clone: Path, stage: Stage, account: Vonage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**aws.root_user(stage.aws_url), "AWS_ENDPOINT_URL": stage.aws_url}.items():
        monkeypatch.setenv(name, value)

    stage.delete()

    assert clone.exists()
    assert account.account.applications == {}
    assert "app_id" not in account.account.numbers[NUMBER]
    (opt_outs,) = left(stage.stack_name)
    assert opt_outs.startswith(f"{stage.stack_name}-PersonTable-")
    secrets = boto3.client("secretsmanager").list_secrets()["SecretList"]
    assert [secret["Name"] for secret in secrets if "switchboard/" in secret["Name"]] == [
        "switchboard/vonage",
        "switchboard/vonage-signature",
    ]


def left(stack: str) -> list[str]:
    """What the account still has by names that begin with the stack's."""
    own = re.compile(rf"{stack}-[A-Z]")  # other stacks of these tests are called switchboard-something
    found = [each["FunctionName"] for each in boto3.client("lambda").list_functions()["Functions"]]
    found += [each["logGroupName"] for each in boto3.client("logs").describe_log_groups()["logGroups"]]
    found += [url.rpartition("/")[2] for url in boto3.client("sqs").list_queues().get("QueueUrls", [])]
    found += boto3.client("dynamodb").list_tables()["TableNames"]
    found += [each["AlarmName"] for each in boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]]
    found += [each["RoleName"] for each in boto3.client("iam").list_roles()["Roles"]]
    found += [each["TopicArn"].rpartition(":")[2] for each in boto3.client("sns").list_topics()["Topics"]]
    buses = [each["Name"] for each in boto3.client("events").list_event_buses()["EventBuses"]]
    return [name for name in found if own.search(name)] + [name for name in buses if name == stack]
