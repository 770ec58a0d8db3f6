"""docs/drill.md, step by step as it stands there, on the shared stage: each prints what the page says."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local.live.reload import Reloader
from local.stage import Stage
from operate import paths
from tests import projects
from tests.e2e.conftest import wait_until
from vonage_simulator.vonage import Vonage

pytestmark = pytest.mark.e2e

PAGE = (paths.ROOT / "docs" / "drill.md").read_text()
DRILLS = dict(re.findall(r"^## ([^\n]+)\n.*?```sh\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL))
AUTHOR = "-c user.name=operator -c user.email=operator@example.com"
# Its output grows by what happens behind a queue, and asking again changes nothing.
_LOOKS = "make logs"


@dataclass
class Operator:
    """Somebody at the project's folder, whose saved functions are live at the next call."""

    project: Path
    stage: Stage
    code: dict[Path, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.code = self.saved()

    def saved(self) -> dict[Path, str]:
        return {path: path.read_text() for path in (self.project / "functions").rglob("app.py")}

    def step(self, command: str, expected: str) -> None:
        """Do a step of the page; what it prints has every word that the page says."""

        def as_documented() -> bool:
            printed = self.typed(command)
            return all(word in printed for word in expected.split())

        if command.startswith(_LOOKS):
            wait_until(as_documented, 60)
        else:
            assert as_documented(), command
        self.reload()

    def typed(self, command: str) -> str:
        done = subprocess.run(
            ["/bin/sh", "-c", self.here(command)],
            cwd=self.project,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    def here(self, command: str) -> str:
        """The command, as this stage has it: another port, and make's rule that passes on its variables."""
        if command.startswith("make "):
            _, word, *variables = shlex.split(command)
            options = [
                f"--{name.lower()}={value}" for name, _, value in (v.partition("=") for v in variables)
            ]
            return shlex.join([sys.executable, "-m", "operate", word, *options])
        there = self.stage.vonage_url.removeprefix("http://")
        return command.replace("127.0.0.1:4010", there).replace(".venv/bin/python", sys.executable)

    def reload(self) -> None:
        """What `make up` does when a file was saved."""
        before, self.code = self.code, self.saved()
        if changed := {path for path, text in self.code.items() if text != before[path]}:
            told: list[tuple[str, str]] = []
            tell = lambda *what: told.append(what)  # noqa: E731
            Reloader(self.stage.aws_url, self.stage.stack_name, tell, self.project).saved(changed)
            assert {what for what, _ in told} == {"reloaded"}, told


@pytest.fixture
def operator(here: Path, stage: Stage, vonage: Vonage) -> Iterator[Operator]:
    for name, folder in (("functions", projects.FLOWS), ("examples", paths.ROOT / "examples")):
        shutil.copytree(folder, here / name, ignore=projects.NOTHING_COMPILED)
    operator = Operator(here, stage)
    operator.typed(f"git init && git add functions && git {AUTHOR} commit --message mine")
    yield operator
    vonage.faults.clear()
    vonage.webhook_faults.clear()
    operator.typed("git checkout functions")
    operator.reload()


@pytest.mark.parametrize("alarm", DRILLS)
def test_drill_goes_as_documented(operator: Operator, alarm: str) -> None:
    for line in DRILLS[alarm].splitlines():
        command, _, expected = line.partition("    # ")
        operator.step(command, expected)


def test_every_alarm_is_practised_or_said_to_be_out_of_reach() -> None:
    runbook = (paths.ROOT / "docs" / "runbook.md").read_text()
    sections = re.findall(r"^## (.+)$", runbook, re.MULTILINE)

    assert [section for section in sections if section not in DRILLS and f"*{section}*" not in PAGE] == []
