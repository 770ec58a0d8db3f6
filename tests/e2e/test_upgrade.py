"""The newest release is deployed, then today's template over it: the number and the key stay as they are."""

import subprocess
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from local import paths
from local.up import PARAMETERS
from local.vonage.server import Vonage
from tests.e2e.conftest import delete_quickly, stage_for, vonage_account

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=paths.ROOT, check=True, capture_output=True).stdout  # noqa: S607


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """The newest released version's files."""
    tags = git("tag", "--list", "v[0-9]*", "--sort=-version:refname").decode().split()
    if not tags:
        pytest.skip("there is no release yet to upgrade from")
    with tarfile.open(fileobj=BytesIO(git("archive", tags[0]))) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


@pytest.fixture
def account(aws_url: str) -> Iterator[Vonage]:
    with vonage_account(aws_url) as vonage:
        yield vonage


def test_upgrade_touches_neither_the_number_nor_the_key(
    aws_url: str, account: Vonage, built: Path, release: Path
) -> None:
    stage = stage_for(account, aws_url, "switchboard-upgrade")
    stage.store_credentials()
    stage.deploy(stage.build(release / "template.yaml"), PARAMETERS)
    application, numbers = stage.application().json(), dict(account.account.numbers)
    linking = len(account.journal.entries(kind="api"))

    stage.deploy(built, PARAMETERS)

    assert stage.application().json()["keys"] == application["keys"]
    assert stage.application().json()["id"] == application["id"]
    assert account.account.numbers == numbers
    later = [entry["request"]["url"] for entry in account.journal.entries(kind="api")[linking:]]
    assert not [url for url in later if "/number/update" in url]
    delete_quickly(stage)
