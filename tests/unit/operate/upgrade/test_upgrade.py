"""`make upgrade`: the release is there, what is yours is as it was, and it's tried before it's kept."""

from collections.abc import Callable

import pytest

from tests.unit.operate.upgrade.conftest import Project

Upgrade = Callable[..., tuple[int, str]]

MINE = {
    "functions/answer/app.py": "says('Good morning from mine')\n",
    "functions/answer/requirements.txt": "humanize==4.17.0\n",
    "app/template.yaml": "Resources: mine\n",
    "samconfig.toml": "version = 0.1\n\n[default]\nstack = 'mine'\n\n[dev]\nstack = 'b'\n",
    "README.md": "# Mine\n",
}


def test_what_is_yours_stays_and_the_rest_is_the_release_s(project: Project, upgrade: Upgrade) -> None:
    project.commit("Mine", **MINE)

    status, said = upgrade("1.1.0")

    assert status == 0, said
    kept = {name: text for name, text in MINE.items() if name != "samconfig.toml"}
    assert {name: project.read(name) for name in kept} == kept
    assert project.read("template.yaml") == "Resources: two\n"
    assert project.version() == "1.1.0"
    assert project.branch == "upgrade/v1.1.0"
    assert not project.git("status", "--porcelain")


def test_settings_have_what_the_release_adds_beside_what_you_changed(
    project: Project, upgrade: Upgrade
) -> None:
    project.commit("Mine", **MINE)

    upgrade("1.1.0")

    assert project.read("samconfig.toml") == f"{MINE['samconfig.toml']}\n[prod]\nnew = true\n"


def test_what_you_never_edited_stays_too_and_what_the_release_has_for_it_is_named(
    project: Project, upgrade: Upgrade
) -> None:
    project.commit("Mine", **{"functions/answer/app.py": "says('mine')\n"})

    _, said = upgrade("1.1.0")

    assert project.read("functions/event/app.py") == "event('as shipped')\n"
    added, _, kept = said.partition("added to what is yours:")[2].partition("The release has others")
    assert added.split() == ["functions/verify/app.py", "samconfig.toml"]
    assert kept.partition("-- FILE: ")[2].partition(" Version")[0].split() == [
        "app/tests/test_flows.py",
        "functions/answer/app.py",
        "functions/event/app.py",
    ]


def test_flow_that_the_release_adds_is_there(project: Project, upgrade: Upgrade) -> None:
    upgrade("1.1.0")

    assert project.read("functions/verify/app.py") == "verifies()\n"


def test_what_you_deleted_stays_away_though_the_release_changed_it(
    project: Project, upgrade: Upgrade
) -> None:
    project.git("rm", "--quiet", "app/tests/test_flows.py")
    project.commit("Mine")

    status, said = upgrade("1.1.0")

    assert status == 0, said
    assert not (project.folder / "app/tests/test_flows.py").exists()


@pytest.mark.usefixtures("project")
def test_notes_of_each_version_in_between_are_shown_oldest_first(upgrade: Upgrade) -> None:
    _, said = upgrade("1.2.0")

    assert "Upgrading to 1.1.0 Mind 1.1.0. Upgrading to 1.2.0 Mind 1.2.0." in said
    assert "Mind 1.0.0" not in said


def test_release_after_the_next_one_merges_as_well(project: Project, upgrade: Upgrade) -> None:
    project.commit("Mine", **MINE)
    upgrade("1.1.0")
    project.git("switch", "--quiet", "main")
    project.git("merge", "--quiet", "upgrade/v1.1.0")

    status, said = upgrade("1.2.0")

    assert status == 0, said
    assert project.read("template.yaml") == "Resources: three\n"
    assert project.read("functions/answer/app.py") == MINE["functions/answer/app.py"]
    assert project.git("replace", "--list") == ""


def test_the_checks_and_your_tests_decide_and_the_way_back_is_said(
    project: Project, upgrade: Upgrade
) -> None:
    project.commit("Mine", broken="")

    status, said = upgrade("1.1.0")

    assert status == 1
    assert "`make check test-app` failed" in said
    assert "git switch main && git branch -D upgrade/v1.1.0" in said

    project.git("rm", "--quiet", "broken")
    project.commit("Corrected")
    status, said = upgrade("1.1.0")

    assert status == 0
    assert project.read("ran").split()[-2:] == ["check", "test-app"]
    assert "make plan ENV=dev; make deploy ENV=dev PREVIEW=true" in said
    assert "keep it git switch main && git merge upgrade/v1.1.0" in said
    assert "leave it git switch main && git branch -D upgrade/v1.1.0" in said
    assert "the way back is `make rollback`" in said


def test_what_would_change_is_shown_for_the_stage_that_is_named(project: Project, upgrade: Upgrade) -> None:
    assert upgrade("1.1.0", "--env", "prod")[0] == 0

    assert project.read("ran").splitlines()[2:] == ["plan prod", "deploy prod true"]


def test_edits_of_ours_that_were_merged_are_named(
    project: Project, toolkit: Project, upgrade: Upgrade
) -> None:
    toolkit.commit("Release 1.3.0", **{".switchboard-version": "1.3.0\n", "docs/one.md": "1\n2\n3\n4\n6\n"})
    toolkit.git("tag", "v1.3.0")
    project.commit("Mine", **{"docs/one.md": "0\n2\n3\n4\n5\n", "docs/two.md": "mine\n"})

    _, said = upgrade("1.3.0")

    assert project.read("docs/one.md") == "0\n2\n3\n4\n6\n"
    assert "your changes and the release's were merged: docs/one.md The release added" in said


def test_edits_of_ours_wait_for_you_where_the_release_changed_the_same_lines(
    project: Project, toolkit: Project, upgrade: Upgrade
) -> None:
    project.commit("Mine", **{"template.yaml": "Resources: one\n# mine\n"})

    status, said = upgrade("1.2.0")

    assert status == 1
    assert "You and the release changed the same lines of template.yaml." in said
    assert "A merge isn't finished; both sides changed template.yaml." in upgrade("1.2.0")[1]

    project.commit("Merged", **{"template.yaml": "Resources: three\n# mine\n"})
    status, said = upgrade("1.2.0")

    assert status == 0, said
    assert project.holds(toolkit.git("rev-parse", "v1.2.0"))


@pytest.mark.parametrize("project", ["clone"], indirect=True)
class TestRefused:
    """Before anything is changed."""

    def test_edits_that_are_not_committed(self, project: Project, upgrade: Upgrade) -> None:
        project.write(**{"functions/answer/app.py": "half()\n"})

        status, said = upgrade("1.1.0")

        assert (status, project.branch) == (1, "main")
        assert "changes that aren't committed: functions/answer/app.py." in said
        assert "git stash" in said

    def test_version_that_is_not_there(self, project: Project, upgrade: Upgrade) -> None:
        status, said = upgrade("7.0.0")

        assert (status, project.branch) == (1, "main")
        assert "origin has no version 7.0.0. It has: v1.0.0, v1.1.0, v1.2.0." in said

    def test_place_that_has_no_releases(self, project: Project, toolkit: Project, upgrade: Upgrade) -> None:
        toolkit.git("tag", "--delete", *toolkit.lines("tag"))
        toolkit.git("tag", "vacation")

        status, said = upgrade("1.1.0")

        assert (status, project.branch) == (1, "main")
        assert "origin has no release at all: none of its tags is a version, such as v1.1.0." in said
        assert "FROM=https://…" in said

    def test_place_that_can_not_be_reached(self, project: Project, upgrade: Upgrade) -> None:
        status, said = upgrade("1.1.0", "--from", "/nowhere")

        assert (status, project.branch) == (1, "main")
        assert "/nowhere can't be asked for releases" in said

    def test_what_is_not_a_version(self, project: Project, upgrade: Upgrade) -> None:
        assert "'newest' isn't a version." in upgrade("newest")[1]
        assert project.branch == "main"

    def test_option_in_place_of_a_repository(self, project: Project, upgrade: Upgrade) -> None:
        upgrade("1.1.0", "--from=--upload-pack=touch hacked")

        assert not (project.folder / "hacked").exists()
        assert project.branch == "main"

    def test_older_version(self, project: Project, upgrade: Upgrade) -> None:
        upgrade("1.2.0")
        project.git("branch", "--force", "main")
        project.git("checkout", "--quiet", "--orphan", "squashed")
        project.git("commit", "--quiet", "--message", "All of it")

        status, said = upgrade("1.1.0")

        assert (status, project.branch) == (1, "squashed")
        assert "The project has version 1.2.0, and 1.1.0 isn't newer." in said

    def test_version_that_the_branch_has(self, project: Project, upgrade: Upgrade) -> None:
        status, said = upgrade("1.0.0")

        assert (status, project.branch) == (1, "main")
        assert "This branch has version 1.0.0 already." in said

    def test_branch_of_an_earlier_try(self, project: Project, upgrade: Upgrade) -> None:
        project.git("branch", "upgrade/v1.1.0")

        status, said = upgrade("1.1.0")

        assert (status, project.branch) == (1, "main")
        assert "There is a branch upgrade/v1.1.0 from an earlier try." in said

    def test_release_that_is_another_one(self, project: Project, toolkit: Project, upgrade: Upgrade) -> None:
        toolkit.git("tag", "v2.0.0", "v1.1.0")

        assert "What origin calls v2.0.0 says of itself that it is 1.1.0." in upgrade("2.0.0")[1]
        assert project.branch == "main"

    def test_folder_of_another_repository(
        self, project: Project, upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("operate.paths.ROOT", project.folder / "functions")

        assert "isn't the top folder of a git repository" in upgrade("1.1.0")[1]


@pytest.mark.parametrize("project", ["clone"], indirect=True)
def test_branches_of_your_own_are_merged_as_ever(project: Project) -> None:
    flow = "functions/answer/app.py"
    project.commit("Both", **{flow: "one()\n\n\n\ntwo()\n"})
    project.git("switch", "--quiet", "--create", "feature")
    project.commit("Theirs", **{flow: "one()\n\n\n\nthree()\n"})
    project.git("switch", "--quiet", "main")
    project.commit("Mine", **{flow: "zero()\n\n\n\ntwo()\n"})

    project.git("merge", "--quiet", "feature")

    assert project.read(flow) == "zero()\n\n\n\nthree()\n"


@pytest.mark.parametrize("project", ["clone"], indirect=True)
def test_your_own_tags_are_not_touched(project: Project, upgrade: Upgrade) -> None:
    project.git("tag", "v1.1.0", "HEAD")
    before = project.git("rev-parse", "v1.1.0")

    assert upgrade("v1.1.0")[0] == 0
    assert project.git("rev-parse", "v1.1.0") == before
    assert project.git("tag", "--list") == "v1.1.0"


@pytest.mark.parametrize("project", ["copy without history"], indirect=True)
def test_project_that_has_forgotten_its_version_is_told_what_to_write(
    project: Project, upgrade: Upgrade
) -> None:
    project.git("rm", "--quiet", ".switchboard-version")
    project.commit("Mine")

    status, said = upgrade("1.1.0")

    assert (status, project.branch) == (1, "main")
    assert ".switchboard-version is missing" in said
