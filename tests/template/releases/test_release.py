"""One version, wherever it is written."""

import re
import tomllib

from operate.paths import ROOT


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
