"""One version, wherever it is written."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from operate.paths import ROOT
from tests.e2e import releases


def test_version_is_the_changelog_s_newest_everywhere() -> None:
    headings = re.findall(r"^## \[(.+?)\](?: - (.+))?$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    published = re.search(r"SemanticVersion: (\S+)", (ROOT / "template.yaml").read_text())

    came_from = (ROOT / ".switchboard-version").read_text()

    unreleased, (version, date) = headings[0], headings[1]

    assert unreleased == ("Unreleased", "")
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", date)
    assert published is not None
    assert version == project == published[1] == came_from.strip()


def test_page_names_the_wheel_of_this_version() -> None:
    named = re.findall(r"vonage_simulator-([0-9.]+)-py3", (ROOT / "docs" / "simulator.md").read_text())

    assert set(named) == {(ROOT / ".switchboard-version").read_text().strip()}


def test_page_tags_what_was_released_without_a_tag(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "releasing.md").read_text()
    loop, versions = re.findall(r"```sh\n(for version in (.*?);.*?)```", page, re.DOTALL)[0]
    commits = {version: releases.commit(version) for version in versions.split()}
    if None in commits.values():
        pytest.skip("git does not know these versions, or one of them is checked out")
    git = ["git", "clone", "--quiet", "--shared", "--no-tags", "--no-checkout", str(ROOT), str(tmp_path)]
    subprocess.run(git, check=True)
    somebody = {f"GIT_COMMITTER_{name}": "somebody@example.com" for name in ("NAME", "EMAIL")}

    subprocess.run(["/bin/sh", "-ec", loop], cwd=tmp_path, env={**os.environ, **somebody}, check=True)

    for version, commit in commits.items():
        tag = ["git", "rev-parse", f"v{version}^{{commit}}"]
        tagged = subprocess.run(tag, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        assert tagged.strip() == commit
