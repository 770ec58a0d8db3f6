"""README's `sam deploy --guided`, with Enter at every question, on a terminal."""

import os
import pty
import re
import select
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local import aws
from local.stage import Stage
from operate import paths
from operate.deploy import parameters
from operate.stages.samconfig import settings_of
from tests import projects
from tests.e2e.conftest import delete_quickly, stage_for
from vonage_simulator.vonage import Vonage

QUESTION = re.compile(r"[^\r\n]*\[[^\r\n]*\]: $")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LAST = "Deploy this changeset?"
SILENT_S = 120  # longer than a deployment ever is


@pytest.fixture
def guided(aws_url: str, vonage: Vonage) -> Iterator[Stage]:
    """The stack that the guide deploys, beside the others."""
    stage = stage_for(vonage, aws_url, "guided")
    stage.store_credentials()
    yield stage
    delete_quickly(stage)


@pytest.fixture
def project(guided: Stage, built: Path, tmp_path: Path) -> Path:
    """A project's folder as `sam build` leaves it, for the embedded AWS and the simulated Vonage."""
    shutil.copy(built, tmp_path / "template.yaml")
    settings = projects.SAMCONFIG.read_text()
    here = f'"VonageApiUrl={guided.vonage_url}", "VonageNumbersUrl={guided.vonage_url}", "ArchiveDays=0"'
    deploy = "[default.deploy.parameters]\n"
    settings = settings.replace(deploy, f"{deploy}parameter_overrides = [{here}]\n")
    settings = settings.replace('stack_name = "switchboard"', f'stack_name = "{guided.stack_name}"')
    (tmp_path / "samconfig.toml").write_text(settings)
    return tmp_path


def asked(project: Path, stage: Stage) -> tuple[int, list[str]]:
    """The exit status of the guide, and what it asked; everything but the last question is met by Enter."""
    ours, theirs = pty.openpty()
    environment = {**aws.environment(stage.aws_url), "SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.3"}
    command = [str(paths.SAM), "deploy", "--guided"]
    with subprocess.Popen(
        command, cwd=project, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as guide:
        os.close(theirs)
        questions, shown = [], ""
        try:
            while said := _read(ours, shown):
                shown = COLOUR.sub("", shown + said)
                if question := QUESTION.search(shown):
                    questions.append(question[0].strip())
                    os.write(ours, b"y\n" if LAST in question[0] else b"\n")
                    shown = ""
            return guide.wait(SILENT_S), questions
        finally:
            guide.kill()
            os.close(ours)


def _read(terminal: int, shown: str) -> str:
    """What is said next; fails when that is nothing, as after a question that is none to this test."""
    readable, _, _ = select.select([terminal], [], [], SILENT_S)
    assert readable, f"it waits after: {shown[-600:]}"
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:  # how a terminal on Linux says that nobody is at its other end any more
        return ""


def test_enter_at_every_question_deploys_and_leaves_settings_that_make_deploy_reads(
    guided: Stage, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with guided.routes_followed():
        status, questions = asked(project, guided)

    assert status == 0, questions
    assert not [question for question in questions if "authentication" in question]
    assert [question for question in questions if "Parameter Numbers" in question]
    assert questions[-1].startswith(LAST)
    assert guided.resources()["WebhookCheck"] == "Custom::WebhookCheck"

    monkeypatch.setattr(paths, "ROOT", project)
    settings = settings_of("default")
    assert (settings.stack_name, settings.region) == (guided.stack_name, aws.REGION)
    assert settings.overrides["DeploymentId"] == ""
    now = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert parameters(settings.overrides, "", now)["DeploymentId"] == "2026-11-23T08:00:00Z"
