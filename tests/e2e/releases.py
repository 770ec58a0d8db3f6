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

    None where git does not know it, as in an archive of the sources or in a shallow clone, whose oldest
    commit seems to have written every heading; and where it is checked out: nothing is compared with itself.
    """
    if _text("tag", "--list", f"v{version}"):
        found = _text("rev-parse", f"v{version}^{{commit}}")
    elif _text("rev-parse", "--is-shallow-repository") == "true":
        return None
    else:
        wrote_it = _text("log", "--format=%H", f"-S## [{version}]", "--", "CHANGELOG.md").split()
        found = wrote_it[-1] if wrote_it else ""
    return found if found and found != _text("rev-parse", "HEAD") else None


def newest() -> str | None:
    """The commit of the newest version that there is one of."""
    return next(filter(None, map(commit, versions())), None)


def template(commit: str) -> str:
    """A version's template as it was written."""
    return _git("show", f"{commit}:template.yaml").decode()


def unpack(commit: str, folder: Path) -> Path:
    """Write a version's files into a folder and return its template."""
    with tarfile.open(fileobj=BytesIO(_git("archive", commit))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "template.yaml"


def _text(*arguments: str) -> str:
    return _git(*arguments).decode().strip()


def _git(*arguments: str) -> bytes:
    git = ["git", *arguments]
    return subprocess.run(git, cwd=paths.ROOT, check=False, capture_output=True).stdout
