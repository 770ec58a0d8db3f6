"""Merge a release into a project; what .gitattributes calls the user's stays as the user has it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from operate.errors import OperatorError
from operate.upgrade.repository import Repository

# Of what both sides changed: the user's whole file, or the release's lines where the user's has no change.
# `.gitattributes` can name a driver, but not bring it.
_DRIVERS = {"yours": "true", "yours-first": "git merge-file --ours --quiet %A %O %B"}
# A folder that a release renamed must not take along what the user has in the old one.
_SETTINGS = ("merge.directoryRenames=false", *(f"merge.{name}.driver={do}" for name, do in _DRIVERS.items()))


@dataclass(frozen=True)
class Merged:
    """What a merge did.

    Attributes:
        followed: Files of the user's that took something from the release, where nothing had been edited.
        edited: Files of ours that the user had edited, merged with the release's.
    """

    followed: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)


def merge(repository: Repository, base: str, release: str, message: str) -> Merged:
    """Merge a release, as a commit of two parents.

    Args:
        repository: Whose branch is checked out, with nothing uncommitted.
        base: The release that the project came from. It counts where the histories have nothing in common.
        release: What is merged.
        message: Of the commit.

    Raises:
        OperatorError: Files of ours were changed by both; the merge waits for them.
    """
    before = repository.git("rev-parse", "HEAD")
    common = repository.tried("merge-base", before, release).stdout.strip()
    settings = [word for each in _SETTINGS for word in ("-c", each)]
    with _descends_from(repository, None if common else base):
        done = repository.tried(*settings, "merge", "--no-ff", "--no-edit", "-m", message, release)
        if done.returncode:
            _keep_yours(repository, " ".join((done.stdout + done.stderr).split()))
    changed = repository.files(before, "HEAD")
    yours = _yours(repository, changed)
    edited = {*repository.files("--diff-filter=MD", common or base, before)} - {*yours}
    return Merged(yours, [path for path in changed if path in edited])


@contextmanager
def _descends_from(repository: Repository, base: str | None) -> Iterator[None]:
    """Let the project's first commit have a parent for as long as git looks for what both have in common."""
    if base is None:
        yield
        return
    first = repository.lines("rev-list", "--max-parents=0", "--first-parent", "HEAD")[-1]
    repository.git("replace", "--graft", first, base)
    try:
        yield
    finally:
        repository.git("replace", "--delete", first)


def _keep_yours(repository: Repository, said: str) -> None:
    """Decide for the user where a file of theirs was deleted on one side, which no driver is asked about."""
    conflicts = repository.unmerged()
    if not conflicts:
        raise OperatorError(f"git didn't merge: {said}", "Correct it, then run the same command again.")
    for path in _yours(repository, conflicts):
        if repository.tried("checkout", "--ours", "--", path).returncode:
            repository.git("rm", "--quiet", "--force", "--", path)
        else:
            repository.git("add", "--", path)
    if rest := repository.unmerged():
        raise OperatorError(
            f"You and the release changed the same lines of {', '.join(rest)}.",
            "Edit them, git add them and git commit, then run the same command again; nothing of yours is "
            "lost. To drop it all: git merge --abort && git switch -",
        )
    repository.git("commit", "--quiet", "--no-edit")


def _yours(repository: Repository, files: Iterable[str]) -> list[str]:
    return repository.with_attribute("merge", _DRIVERS, files)
