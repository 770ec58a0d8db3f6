"""A release is the same bytes wherever it is packed, and comes back as it was kept, or not at all."""

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
import yaml
from rich.console import Console

from operate.errors import OperatorError
from operate.releases.command import promote, rollback
from operate.releases.packing import pack
from operate.releases.release import Release, packed
from operate.releases.shelf import Deployed, Shelf
from operate.stages.samconfig import Settings
from tests.fakes import buckets
from tests.fakes.buckets import Buckets
from tests.fakes.control_plane import Account

TEMPLATE = {
    "Resources": {
        "AnswerFunction": {"Properties": {"CodeUri": "AnswerFunction", "Code": {"Ref": "AnswerFunction"}}},
        "SameFunction": {"Properties": {"CodeUri": "AnswerFunction"}},
        "OwnImage": {"Properties": {"CodeUri": "s3://elsewhere/code.zip"}},
    },
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project's folder, as `sam build` leaves it."""
    return built(tmp_path / "project")


def built(root: Path) -> Path:
    build = root / ".aws-sam" / "build"
    (build / "AnswerFunction").mkdir(parents=True)
    (build / "AnswerFunction" / "app.py").write_text("answer\n")
    (build / "AnswerFunction" / "tool").write_text("#!/bin/sh\n")
    (build / "AnswerFunction" / "tool").chmod(0o755)
    (root / "LICENSE").write_text("Apache\n")
    template = {"Metadata": {"LicenseUrl": str(root / "LICENSE")}, **TEMPLATE}  # as SAM writes it
    (build / "template.yaml").write_text(yaml.safe_dump(template, sort_keys=False))
    return root


@pytest.fixture
def bucket(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Buckets]:
    """S3 of an account that has one stack."""
    account.statuses = ["UPDATE_COMPLETE"]
    with buckets.running() as kept:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", kept.url)
        yield kept


def shelf(stage: str = "prod", bucket: str = "kept") -> Shelf:
    boto3.setup_default_session()
    return Shelf(Settings(stage, "shop", None, None, {}, bucket=bucket, prefix=f"shop-{stage}"))


def packed_in(root: Path) -> Release:
    return packed(root, None, root / "release")


def test_same_code_is_the_same_release_wherever_and_whenever_it_was_built(root: Path, tmp_path: Path) -> None:
    other = built(tmp_path / "elsewhere")
    os.utime(other / ".aws-sam" / "build" / "AnswerFunction" / "app.py", (1e9, 1e9))

    first, second = packed_in(root), packed_in(other)

    assert first.id == second.id
    assert first.files == second.files


def test_changed_code_is_another_release(root: Path) -> None:
    first = packed_in(root)
    (root / ".aws-sam" / "build" / "AnswerFunction" / "app.py").write_text("answers\n")

    assert packed_in(root).id != first.id


def test_packed_template_names_what_lies_beside_it_and_nothing_else_is_touched(root: Path) -> None:
    release = packed_in(root)

    written = yaml.safe_load((release.folder / "template.yaml").read_text())
    answer, same, image = (each["Properties"] for each in written["Resources"].values())
    assert answer["Code"] == {"Ref": "AnswerFunction"}
    assert same["CodeUri"] == answer["CodeUri"]
    assert image["CodeUri"] == "s3://elsewhere/code.zip"
    assert (release.folder / written["Metadata"]["LicenseUrl"]).read_text() == "Apache\n"
    with zipfile.ZipFile(release.folder / answer["CodeUri"]) as archive:
        assert {each.filename: oct(each.external_attr >> 16) for each in archive.infolist()} == {
            "app.py": "0o100644",
            "tool": "0o100755",
        }


def test_nested_template_brings_its_own_code(root: Path, tmp_path: Path) -> None:
    build = root / ".aws-sam" / "build"
    (build / "Nested").mkdir()
    shutil.copy(build / "template.yaml", build / "Nested" / "template.yaml")
    shutil.copytree(build / "AnswerFunction", build / "Nested" / "AnswerFunction")
    outer = {"Resources": {"Nested": {"Properties": {"Location": "Nested/template.yaml"}}}}
    (build / "outer.yaml").write_text(yaml.safe_dump(outer))

    pack(build / "outer.yaml", tmp_path / "release")

    written = yaml.safe_load((tmp_path / "release" / "template.yaml").read_text())
    nested = tmp_path / "release" / written["Resources"]["Nested"]["Properties"]["Location"]
    code = yaml.safe_load(nested.read_text())["Resources"]["AnswerFunction"]["Properties"]["CodeUri"]
    assert (nested.parent / code).exists()


@pytest.mark.usefixtures("bucket")
def test_kept_release_comes_back_as_it_was(root: Path, tmp_path: Path) -> None:
    release = packed_in(root)
    shelf().keep(release)

    fetched = shelf().fetch(release.id, tmp_path / "fetched")

    assert (fetched.id, fetched.files) == (release.id, release.files)
    for name in release.files:
        assert (fetched.folder / name).read_bytes() == (release.folder / name).read_bytes()


@pytest.mark.usefixtures("bucket")
def test_release_that_is_not_there_is_told_with_the_way_to_one(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"no 0123456789ab/release\.json.*\n.*make deploy ENV=prod"):
        shelf().fetch("0123456789ab", tmp_path)


def test_file_that_was_changed_in_the_bucket_is_never_deployed(
    bucket: Buckets, root: Path, tmp_path: Path
) -> None:
    release = packed_in(root)
    shelf().keep(release)
    content = next(found for name, found in release.files.items() if "AnswerFunction" in name)
    bucket.objects[f"/kept/shop-prod/release/files/{content}"] = b"something else"

    with pytest.raises(OperatorError, match=r"code/AnswerFunction-\w+.zip of release .* isn't what was kept"):
        shelf().fetch(release.id, tmp_path / "fetched")


def test_file_that_was_added_to_the_list_is_never_written(
    bucket: Buckets, root: Path, tmp_path: Path
) -> None:
    release = packed_in(root)
    shelf().keep(release)
    key = f"/kept/shop-prod/release/{release.id}/release.json"
    listed = json.loads(bucket.objects[key])
    listed["files"]["../outside"] = release.files["template.yaml"]
    bucket.objects[key] = json.dumps(listed).encode()

    with pytest.raises(OperatorError, match="isn't what was kept"):
        shelf().fetch(release.id, tmp_path / "fetched")
    assert not (tmp_path / "outside").exists()


def test_release_goes_from_one_stages_bucket_into_anothers(
    bucket: Buckets, root: Path, tmp_path: Path
) -> None:
    release = packed_in(root)
    shelf("dev", "kept-in-dublin").keep(release)

    fetched = shelf("dev", "kept-in-dublin").fetch(release.id, tmp_path / "fetched")
    shelf("prod", "kept-in-ohio").keep(fetched)

    of = {name.split("/")[1] for name in bucket.objects}
    assert of == {"kept-in-dublin", "kept-in-ohio"}
    assert shelf("prod", "kept-in-ohio").fetch(release.id, tmp_path / "again").id == release.id


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("running", ["", "2026-11-28T21:00:00Z"])
def test_deployment_that_nobody_noted_is_not_guessed(running: str) -> None:
    with pytest.raises(OperatorError, match="Which release runs on the stage prod isn't known"):
        shelf().running(running)


@pytest.mark.usefixtures("bucket")
def test_deployment_that_went_half_way_is_not_promoted() -> None:
    shelf().note("1", Deployed("a", "", complete=False))

    with pytest.raises(OperatorError, match="went half way"):
        shelf().running("1")


@pytest.mark.usefixtures("bucket")
def test_way_back_passes_over_the_same_release_and_what_went_half_way() -> None:
    stage = shelf()
    stage.note("1", Deployed("old", "", complete=True))
    stage.note("2", Deployed("bad", "1", complete=False))
    stage.note("3", Deployed("new", "2", complete=True))
    stage.note("4", Deployed("new", "3", complete=True))

    assert stage.before("4") == Deployed("old", "", complete=True)


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("before", ["", "1", "unknown"])
def test_way_back_ends_where_nothing_earlier_is_known(before: str) -> None:
    shelf().note("1", Deployed("only", before, complete=True))

    with pytest.raises(OperatorError, match="No earlier release of the stage prod is known"):
        shelf().before("1")


@pytest.mark.usefixtures("bucket")
def test_account_into_which_nothing_was_deployed_is_told_so() -> None:
    with pytest.raises(OperatorError, match="Nothing was deployed to the stage prod"):
        shelf(bucket="")


def test_what_is_not_committed_is_named(root: Path) -> None:
    git = ("/usr/bin/env", "git", "-c", "user.name=Me", "-c", "user.email=me@example.com")
    (root / ".gitignore").write_text("release\n.aws-sam\n")
    for words in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "One")):
        subprocess.run([*git, *words], cwd=root, check=True)
    clean = packed_in(root)
    (root / "LICENSE").write_text("MIT\n")

    assert (len(clean.commit), clean.uncommitted) == (12, ())
    dirty = packed_in(root)
    assert dirty.uncommitted == ("LICENSE",)
    assert clean.is_of(clean.commit + "0123")
    assert clean.is_of(clean.commit[:7])
    assert not any(map(clean.is_of, ("", clean.commit[:6], "0" * 40)))
    assert not dirty.is_of(dirty.commit)
    assert str(dirty) == f"release {dirty.id} of commit {clean.commit} and changes that were not committed"


def test_stage_is_not_promoted_to_itself_nor_to_this_machine() -> None:
    with pytest.raises(OperatorError, match="dev runs that already"):
        promote(Console(), "dev", "dev")
    for words in (("dev", "local"), ("local", "dev")):
        with pytest.raises(OperatorError, match="belong to stages in an AWS account"):
            promote(Console(), *words)
    with pytest.raises(OperatorError, match="belong to stages in an AWS account"):
        rollback(Console(), "local")
