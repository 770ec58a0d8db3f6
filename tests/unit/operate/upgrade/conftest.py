"""A toolkit of few files with three releases, and who uses it: a clone, and a copy without its history."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from operate import __main__ as operate
from operate import paths
from operate.upgrade.repository import Repository

FLOWS = ("answer", "event")
SETTINGS = "version = 0.1\n\n[default]\nstack = 'a'\n\n[dev]\nstack = 'b'\n"
# What each release changes, by its version; the first one has everything.
RELEASES = {
    "1.0.0": {},
    "1.1.0": {
        "template.yaml": "Resources: two\n",
        "functions/answer/app.py": "says('Hello from 1.1')\n",
        "functions/event/app.py": "hears('in 1.1')\n",
        "functions/verify/app.py": "verifies()\n",
        "samconfig.toml": f"{SETTINGS}\n[prod]\nnew = true\n",
        "app/tests/test_flows.py": "def test_other_words(): ...\n",
    },
    "1.2.0": {"template.yaml": "Resources: three\n"},
}
MAKEFILE = "check test-app plan deploy:\n\t@echo $@ $(ENV) $(PREVIEW) >>ran; test ! -e broken\n"
NOTES = "\n## [{0}] - 2026-11-28\n\n### Added\n\n- More.\n\n### Upgrading\n\nMind {0}.\n"


@dataclass(frozen=True)
class Project(Repository):
    """A project, and what happens in it."""

    def write(self, **texts: str) -> None:
        for name, text in texts.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def commit(self, message: str, **texts: str) -> None:
        self.write(**texts)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()

    @property
    def branch(self) -> str:
        return self.git("branch", "--show-current")


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever commits, on a machine whose own settings of git don't count."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "somebody@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def toolkit(tmp_path: Path) -> Project:
    """The repository that releases come from."""
    ours = Project(tmp_path / "toolkit")
    ours.folder.mkdir()
    ours.git("init", "--quiet", "--initial-branch=main")
    shutil.copy(paths.ROOT / ".gitattributes", ours.folder)
    changelog = "# Changelog\n\n## [Unreleased]\n"
    ours.write(
        **{f"functions/{name}/app.py": f"{name}('as shipped')\n" for name in FLOWS},
        **{"template.yaml": "Resources: one\n", "Makefile": MAKEFILE, ".gitignore": "ran\n"},
        **{"app/tests/test_flows.py": "def test_flows(): ...\n", "docs/one.md": "1\n2\n3\n4\n5\n"},
        **{"samconfig.toml": SETTINGS},
    )
    for version, texts in RELEASES.items():
        changelog = changelog.replace("[Unreleased]\n", f"[Unreleased]\n{NOTES.format(version)}", 1)
        ours.commit(
            f"Release {version}",
            **{"CHANGELOG.md": changelog, ".switchboard-version": f"{version}\n"},
            **texts,
        )
        ours.git("tag", f"v{version}")
    return ours


@pytest.fixture(params=["clone", "copy without history"])
def project(
    request: pytest.FixtureRequest, toolkit: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """Somebody's project, which began with version 1.0.0."""
    mine = Project(tmp_path / "mine")
    if request.param == "clone":
        toolkit.git("clone", "--quiet", "--no-tags", str(toolkit.folder), str(mine.folder))
        mine.git("switch", "--quiet", "--force-create", "main", toolkit.git("rev-parse", "v1.0.0"))
    else:
        mine.folder.mkdir()
        mine.git("init", "--quiet", "--initial-branch=main")
        archive = tmp_path / "release.tar"
        toolkit.git("archive", "--output", str(archive), "v1.0.0")
        shutil.unpack_archive(archive, mine.folder, filter="data")
        mine.commit("As it was")
        mine.git("remote", "add", "upstream", str(toolkit.folder))
    monkeypatch.setattr(paths, "ROOT", mine.folder)
    return mine


@pytest.fixture
def upgrade(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Types `make upgrade VERSION=…`; gives the exit status and all that is printed."""

    def run(version: str, *options: str) -> tuple[int, str]:
        status = operate.main(["upgrade", "--version", version, *options])
        shown = capsys.readouterr()
        return status, " ".join((shown.out + shown.err).split())

    return run
