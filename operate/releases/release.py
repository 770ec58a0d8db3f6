"""A release: both stacks' templates, code and settings, and a name that follows from what they hold."""

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from operate import paths
from operate.releases.packing import TEMPLATE, pack
from operate.stages import here
from operate.upgrade.repository import Repository
from operate.yours import beside

FOLDER = paths.LOCAL / "release"
_TELLING = 7  # digits of a commit, git's own minimum
_BUILT = Path(".aws-sam", "build", TEMPLATE)
# Settings that no stage of an account has.
_NOT_DEPLOYED = {beside.TESTS, here.STAGE}


@dataclass(frozen=True)
class Release:
    """What is deployed to one stage after the other.

    Attributes:
        folder: Has template.yaml and code/; in app/ the same of the stack beside ours, and settings/.
        commit: What it was built from; empty outside a git repository.
        uncommitted: The files that differed from that commit, so that nobody can build it again.
        files: The SHA-256 of each file, in hexadecimal, by its name in the folder.
    """

    folder: Path
    commit: str
    uncommitted: tuple[str, ...]
    files: Mapping[str, str]

    @property
    def id(self) -> str:
        """The name that it has by its content: 12 hexadecimal digits."""
        return digest(json.dumps(self.files, sort_keys=True).encode())[:12]

    def is_of(self, commit: str) -> bool:
        """Whether it was built from this commit, given in full or shortened, and from nothing else."""
        shortest = min(self.commit, commit, key=len)
        same = len(shortest) >= _TELLING and self.commit[: len(shortest)] == commit[: len(shortest)]
        return same and not self.uncommitted

    def __str__(self) -> str:
        of = f" of commit {self.commit}" if self.commit else ""
        return f"release {self.id}{of}{' and changes that were not committed' if self.uncommitted else ''}"

    def digests(self) -> Iterator[str]:
        """A line for each piece of code, with what Lambda will call its CodeSha256."""
        for name, hexadecimal in self.files.items():
            if name.endswith(".zip"):
                shown = re.sub(r"-[0-9a-f]{8}\.zip$", "", name).replace("code/", "")
                yield f"  {base64.b64encode(bytes.fromhex(hexadecimal)).decode()}  {shown}"


def packed(root: Path, app: Path | None, folder: Path = FOLDER) -> Release:
    """A release of what `sam build` left in the project's folder.

    Args:
        root: The project's folder.
        app: The folder of the stack beside ours, when that was built, too.
        folder: Takes it, in place of what is there.
    """
    shutil.rmtree(folder, ignore_errors=True)
    pack(root / _BUILT, folder)
    if app:
        pack(app / _BUILT, folder / "app")
        (folder / "app" / "settings").mkdir()
        for file in app.glob("settings/*.json"):
            if file.stem not in _NOT_DEPLOYED:
                shutil.copyfile(file, folder / "app" / "settings" / file.name)
    commit, uncommitted = _origin(Repository(root))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digests = {path.relative_to(folder).as_posix(): digest(path.read_bytes()) for path in files}
    return Release(folder, commit, uncommitted, digests)


def digest(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _origin(repository: Repository) -> tuple[str, tuple[str, ...]]:
    """The commit, and the files that aren't as they are in it."""
    head = repository.tried("rev-parse", "--short=12", "HEAD")
    if head.returncode:
        return "", ()
    changed = repository.tried(
        "status", "--porcelain", "--untracked-files=all", "--", "."
    ).stdout.splitlines()
    return head.stdout.strip(), tuple(line[3:] for line in changed)
