"""A project with flows, packages, tests and settings of its own goes from every release to today's tree.

With a release that has no `make upgrade` yet, docs/upgrading.md is followed, command by command.
"""

import re
import subprocess
from pathlib import Path

import pytest

from operate.paths import ROOT
from operate.upgrade.merging import merge
from operate.upgrade.repository import Repository
from tests.e2e import releases
from tests.projects import FLOWS

PAGE = (ROOT / "docs" / "upgrading.md").read_text().partition("\n## From 0.1\n")[2]
MERGING, GRAFTING = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
TODAY = "99.0.0"
YOURS = {
    "functions/answer/requirements.txt": "humanize==4.17.0\n",
    "functions/report/app.py": "def lambda_handler(event, context): ...\n",
    "app/template.yaml": "Resources: {}\n",
    "app/pytest.ini": "[pytest]\n",
    "app/tests/test_flows.py": "def test_mine(): ...\n",
    "README.md": "# Mine\n",
}
MOVED = {"record", "outbound", "media"}  # to workers/, when functions/ became the user's
STAGE = '\n[staging.global.parameters]\nstack_name = "mine-staging"\n'


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The tree as it is, committed or not, as a release in a clone."""
    clone = Repository(tmp_path_factory.mktemp("today"))
    made = clone.tried("clone", "--quiet", "--shared", "--no-checkout", str(ROOT), ".")
    if made.returncode:
        pytest.skip("this isn't a clone, so there are no releases to come from")
    clone.git("config", "user.name", "Somebody")
    clone.git("config", "user.email", "somebody@example.com")
    clone.git("read-tree", "HEAD")
    clone.git("--work-tree", str(ROOT), "add", "--all")
    clone.git("commit", "--quiet", "--no-verify", "--allow-empty", "--message", "Today")
    clone.git("tag", "--force", f"v{TODAY}")
    return clone


@pytest.fixture(params=["clone", "copy without history"])
def shares_history(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "clone")


@pytest.fixture(params=releases.versions())
def version(request: pytest.FixtureRequest) -> str:
    if releases.commit(request.param) is None:
        pytest.skip(f"git does not know version {request.param}, or it is checked out")
    return str(request.param)


@pytest.fixture
def project(today: Repository, version: str, shares_history: bool, tmp_path: Path) -> Repository:  # noqa: FBT001
    """Somebody's project that came from the release, with all that is theirs in it."""
    mine, release = Repository(tmp_path), releases.commit(version)
    today.git("tag", "--force", f"v{version}", str(release))
    mine.git("clone", "--quiet", "--shared", "--no-tags", "--no-checkout", str(today.folder), ".")
    mine.git("config", "user.name", "Somebody")
    mine.git("config", "user.email", "somebody@example.com")
    if shares_history:
        mine.git("switch", "--quiet", "--force-create", "mine", str(release))
    else:
        tree = mine.git("rev-parse", f"{release}^{{tree}}")
        mine.git("switch", "--quiet", "--create", "mine", mine.git("commit-tree", tree, "-m", "As it was"))
    for name in ("answer", "event"):
        example = (ROOT / "examples" / "ivr" / name / "app.py").read_text()
        (mine.folder / "functions" / name / "app.py").write_text(example)
    for path, text in YOURS.items():
        (mine.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (mine.folder / path).write_text(text)
    with (mine.folder / "samconfig.toml").open("a") as settings:
        settings.write(STAGE)
    mine.git("add", "--all")
    mine.git("commit", "--quiet", "--message", "Mine")
    return mine


def test_no_flow_of_a_release_is_taken_away_or_renamed(version: str) -> None:
    """No driver of git's is asked about a file that one side deleted."""
    listed = Repository(ROOT).lines("ls-tree", "--name-only", str(releases.commit(version)), "functions/")

    of_its_day = {Path(path).name for path in listed} - MOVED
    assert of_its_day <= {path.name for path in FLOWS.iterdir()}
    assert "answer" in of_its_day


def upgraded(project: Repository, version: str, *, shares_history: bool) -> None:
    if not project.tried("rev-parse", "--verify", "--quiet", "HEAD:operate/upgrade").returncode:
        project.git("fetch", "--quiet", "--no-tags", "origin", f"v{TODAY}", f"v{version}")
        merge(project, str(releases.commit(version)), f"{project.git('rev-parse', 'FETCH_HEAD')}", "Upgrade")
        return
    name, merging, forgetting = GRAFTING.partition("# the four commands above, then\n")
    commands = MERGING if shares_history else f"{name}{MERGING}{forgetting}"
    assert shares_history or merging
    for written, ours in (("0.2.0", TODAY), ("0.1.1", version)):
        commands = commands.replace(written, ours)
    done = subprocess.run(
        ["/bin/sh", "-ec", commands], cwd=project.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_yours_stays_and_everything_else_is_today_s(
    project: Repository,
    today: Repository,
    version: str,
    shares_history: bool,  # noqa: FBT001
) -> None:
    before = project.git("rev-parse", "HEAD")

    upgraded(project, version, shares_history=shares_history)

    differing = set(project.files("HEAD", today.git("rev-parse", "HEAD")))
    yours = set(project.files(str(releases.commit(version)), before))
    assert project.unmerged() == []
    assert differing == yours
    assert project.files(before, "HEAD", "--", *(yours - {"samconfig.toml"})) == []
    assert STAGE in (project.folder / "samconfig.toml").read_text()
