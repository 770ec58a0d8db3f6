"""The released versions of the project, for a stack that is upgraded from one of them."""

import re
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from operate import paths


def versions() -> list[str]:
    """The versions of the changelog, newest first."""
    return re.findall(r"^## \[([0-9.]+)\]", (paths.ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def commit(version: str) -> str | None:
    """The commit of a version: its tag's, else the one that wrote its heading in the changelog.

    None where git does not know it, as in an archive of the sources.
    """
    if _git("tag", "--list", f"v{version}"):
        return f"v{version}"
    wrote_it = _git("log", "--format=%H", f"-S## [{version}]", "--", "CHANGELOG.md").decode().split()
    return wrote_it[-1] if wrote_it else None


def newest() -> str | None:
    """The commit of the newest version, where git knows it."""
    return commit(versions()[0])


def template(commit: str) -> str:
    """A version's template as it was written."""
    return _git("show", f"{commit}:template.yaml").decode()


def unpack(commit: str, folder: Path) -> Path:
    """Write a version's files into a folder and return its template."""
    with tarfile.open(fileobj=BytesIO(_git("archive", commit))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "template.yaml"


def _git(*arguments: str) -> bytes:
    git = ["git", *arguments]
    return subprocess.run(git, cwd=paths.ROOT, check=False, capture_output=True).stdout
