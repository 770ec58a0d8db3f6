"""The workflow that is shown, judged by zizmor: nothing of it can be turned against whoever copies it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from operate.paths import LOCAL, ROOT

WORKFLOW = ROOT / "examples" / "pipeline" / "deploy.yml"


def judged(workflow: Path) -> tuple[int, str]:
    """zizmor's exit status, 0 where it has nothing to say, and what it says."""
    zizmor = LOCAL / "zizmor" / "bin" / "zizmor"
    if not zizmor.exists():
        pytest.fail("zizmor is not installed, so nothing was judged. Run `make contract`.", pytrace=False)
    command = [str(zizmor), "--offline", "--no-progress", str(workflow)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def copied(folder: Path) -> Path:
    """The workflow where whoever follows docs/pipelines.md has it."""
    workflows = folder / ".github" / "workflows"
    workflows.mkdir(parents=True)
    return Path(shutil.copy(WORKFLOW, workflows))


def test_workflow_has_nothing_that_could_be_turned_against_its_user(tmp_path: Path) -> None:
    status, said = judged(copied(tmp_path))

    assert status == 0, said


@pytest.mark.parametrize(
    ("written", "instead", "finding"),
    [
        ("        with: {persist-credentials: false}\n", "", "artipacked"),
        ("@d23441a48e516b6c34aea4fa41551a30e30af803 # v6.1.0", "@v6", "unpinned-uses"),
        ('COMMIT="$GITHUB_SHA"', "COMMIT=${{ github.head_ref }}", "template-injection"),
        (
            "permissions: {contents: read}\n",
            "permissions: {contents: read, id-token: write}\n",
            "excessive-permissions",
        ),
    ],
)
def test_danger_is_found(tmp_path: Path, written: str, instead: str, finding: str) -> None:
    workflow = copied(tmp_path)
    assert written in workflow.read_text()
    workflow.write_text(workflow.read_text().replace(written, instead, 1))

    status, said = judged(workflow)

    assert status != 0
    assert finding in said
