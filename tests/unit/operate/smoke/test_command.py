"""`make smoke` deploys, looks and removes in one account and Region: those that the stage names.

Everything is real but the SAM CLI, which writes down how it is called, and AWS, on a loopback port.
"""

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from operate import paths
from tests.fakes.control_plane import Account

SAM = """\
#!{python}
import json, os, signal, sys, time
from contextlib import suppress
from pathlib import Path
given = sys.argv[1:]
with Path({calls!r}).open("a") as calls:
    calls.write(json.dumps(given) + "\\n")
if "--output-template-file" in given:
    Path(given[given.index("--output-template-file") + 1]).write_text("Resources: {{}}\\nOutputs: {{}}\\n")
run = os.getppid()
if given[0] == "deploy" and {heard!r} and os.fork() == 0:
    with suppress(ProcessLookupError):  # the run has ended
        while True:
            os.kill(run, signal.Signals[{heard!r}])
            time.sleep(0.01)
"""
STAGE = """\
version = 0.1
[dev.global.parameters]
stack_name = "{stack}"
region = "eu-central-1"
profile = "theirs"
"""
PROFILE = """\
[profile theirs]
aws_access_key_id = AKIDTHEIRS
aws_secret_access_key = wJalrXUtnFEMI
"""


@dataclass
class Project:
    """A copy of the project whose stage `dev` has a profile and a Region that the shell hasn't."""

    folder: Path

    def smoke(self, *options: str, stack: str = "shop", heard: str = "") -> subprocess.CompletedProcess[str]:
        """Types `python -m operate smoke --env dev`; `heard` is a signal, from its deployment to its end."""
        command = self.typed(*options, stack=stack, heard=heard)
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)

    def typed(self, *options: str, stack: str = "shop", heard: str = "") -> list[str]:
        """The command, once the stage and the SAM CLI are there."""
        (self.folder / "samconfig.toml").write_text(STAGE.format(stack=stack))
        sam = self.folder / ".local" / "sam" / "bin" / "sam"
        sam.write_text(SAM.format(python=sys.executable, calls=str(self.folder / "calls"), heard=heard))
        sam.chmod(0o755)
        return [sys.executable, "-m", "operate", "smoke", "--env", "dev", *options]

    def calls(self) -> list[list[str]]:
        """How the SAM CLI was called."""
        return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]


@pytest.fixture
def project(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    del account  # what it says is in the environment
    shutil.copytree(paths.ROOT / "operate", tmp_path / "operate")
    shutil.copy(paths.ROOT / "template.yaml", tmp_path)
    (tmp_path / "layers").symlink_to(paths.ROOT / "layers")
    programs = tmp_path / ".local" / "sam" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text(f'#!/bin/sh\nexec {paths.SAM.with_name("python")} "$@"\n')
    (programs / "python").chmod(0o755)
    (tmp_path / "aws").write_text(PROFILE)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws"))
    return Project(tmp_path)


def test_the_sam_cli_deploys_as_whom_and_where_everything_else_looks(
    project: Project, account: Account
) -> None:
    project.smoke("--only", "defaults,policies", "--confirm")

    assert [call[0] for call in project.calls()] == ["build", "package", "deploy"]
    for call in project.calls():
        assert call[call.index("--region") :] == ["--region", "eu-central-1", "--profile", "theirs"]
    assert {(key, region) for key, region, _ in account.asked} == {("AKIDTHEIRS", "eu-central-1")}
    assert "DeleteStack" in {action for *_, action in account.asked}


def test_parameters_arrive_as_they_were_given(project: Project) -> None:
    given = {"ApplicationName": "Tom's desk", "AlarmEmail": "", "LogLevel": "DEBUG"}
    parameters = """ApplicationName="Tom's desk" AlarmEmail= LogLevel=DEBUG"""

    project.smoke("--only", "policies", "--parameters", parameters, "--confirm")

    (deploy,) = [call for call in project.calls() if call[0] == "deploy"]
    first = deploy.index("--parameter-overrides") + 1
    assert as_sam_reads(deploy[first : deploy.index("--config-file")]) == given


def as_sam_reads(words: list[str]) -> dict[str, str]:
    """Parameter overrides, by SAM's own code."""
    read = (
        "import json, sys; from samcli.cli.types import CfnParameterOverridesType as T;"
        "print(json.dumps(T().convert(tuple(sys.argv[1:]), None, None)))"
    )
    python = str(paths.SAM.with_name("python"))
    done = subprocess.run([python, "-c", read, *words], capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("heard", ["SIGTERM", "SIGHUP"])
def test_run_that_is_ended_removes_what_it_made_and_writes_the_page(
    project: Project, account: Account, heard: str
) -> None:
    """The signal comes again during the removal, as a shell passes on what its children have heard."""
    done = project.smoke("--only", "policies", "--confirm", heard=heard)

    assert done.returncode == 130, done.stdout
    assert "DeleteStack" in {action for *_, action in account.asked}
    assert "| delete |" in (project.folder / "smoke-report.md").read_text()


def test_run_whose_reader_has_gone_removes_what_it_made_and_writes_the_page(
    project: Project, account: Account
) -> None:
    """As in `make smoke | head -1`."""
    command = project.typed("--only", "policies", "--confirm")
    with subprocess.Popen(command, cwd=project.folder, stdout=subprocess.PIPE) as started:
        assert started.stdout
        started.stdout.readline()
        started.stdout.close()

    assert started.returncode == 130
    assert "DeleteStack" in {action for *_, action in account.asked}
    assert "| delete |" in (project.folder / "smoke-report.md").read_text()


def test_run_that_ignores_a_hangup_goes_on_after_one(project: Project) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as `nohup` does
    try:
        done = project.smoke("--only", "policies", "--confirm", heard="SIGHUP")
    finally:
        signal.signal(signal.SIGHUP, before)

    assert done.returncode != 130
    assert "interrupted" not in done.stdout


@pytest.mark.parametrize(
    ("stack", "parameters", "sentence"),
    [
        ("s" * 33, "", "Give it at most 38: stack_name"),
        ("shop", "LogLevl=DEBUG", "no parameter 'LogLevl'. Did you mean LogLevel?"),
    ],
)
def test_what_the_template_does_not_take_is_refused_before_anything_is_asked_of_aws(
    project: Project, account: Account, stack: str, parameters: str, sentence: str
) -> None:
    done = project.smoke("--parameters", parameters, "--confirm", stack=stack)

    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in done.stderr
    assert account.asked == []


def test_stack_that_a_run_left_is_told_with_the_command_that_removes_it(
    project: Project, account: Account
) -> None:
    account.statuses = ["ROLLBACK_COMPLETE"]

    done = project.smoke("--confirm")

    assert done.returncode == 1
    assert "make smoke ENV=dev ONLY=delete" in done.stderr
