"""Files that hold secrets are their owner's from the first moment."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import private


@pytest.fixture(autouse=True)
def lavish() -> Iterator[None]:
    """Somebody who lets everybody read and write new files."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_new_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    private.write(tmp_path / "secret", "s")
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


@pytest.mark.parametrize("left", ["secret", "secret.new"])
def test_file_that_others_have_opened_gets_no_secret(tmp_path: Path, left: str) -> None:
    (tmp_path / left).touch(mode=0o666)
    with (tmp_path / left).open() as opened_by_another:
        private.write(tmp_path / "secret", "s")
        assert opened_by_another.read() == ""
    assert (tmp_path / "secret").read_text() == "s"
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in tmp_path.iterdir()] == [
        ("secret", 0o600)
    ]
