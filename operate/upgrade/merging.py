"""Merge a release into a project; what .gitattributes calls the user's stays as the user has it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from operate.errors import OperatorError
from operate.upgrade.repository import Repository

# Whose file it is, as `.gitattributes` says by naming a driver, which it can't bring: the user's alone; or
# the user's, with lines of the release's where the user has changed nothing.
YOURS, YOURS_FIRST = "yours", "yours-first"
_DRIVERS = {YOURS: "true", YOURS_FIRST: "git merge-file --ours --quiet %A %O %B"}
# A folder that a release renamed must not take along what the user has in the old one.
_SETTINGS = ("merge.directoryRenames=false", *(f"merge.{name}.driver={do}" for name, do in _DRIVERS.items()))
_DECIDE = (
    "Edit them, git add them and git commit, then run the same command again; nothing of yours is lost. "
    "To drop it all: git merge --abort && git switch -"
)


@dataclass(frozen=True)
class Merged:
    """What a merge did.

    Attributes:
        kept: Files of the user's that are others in the release, and stayed as they were.
        added: New files among the user's, and those that the release added lines to.
        edited: Files of ours that the user had edited, merged with the release's.
    """

    kept: list[str]
    added: list[str]
    edited: list[str]


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
        done = repository.tried(*settings, "merge", "--no-ff", "--no-commit", "-m", message, release)
        if done.returncode and not repository.unmerged():
            said = " ".join((done.stdout + done.stderr).split())
            raise OperatorError(f"git didn't merge: {said}", "Correct it, then run the same command again.")
        _keep_yours(repository)
        if rest := repository.unmerged():
            raise OperatorError(f"You and the release changed the same lines of {', '.join(rest)}.", _DECIDE)
        repository.git("commit", "--quiet", "--no-edit")
    changed = repository.files(before, "HEAD")
    edited = repository.files("--diff-filter=MD", common or base, before)
    theirs = repository.files("--diff-filter=MD", common or base, release)
    return Merged(
        kept=_of(repository, theirs, YOURS),
        added=_of(repository, changed, *_DRIVERS),
        edited=sorted({*changed} & {*edited} - {*_of(repository, changed, *_DRIVERS)}),
    )


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


def _keep_yours(repository: Repository) -> None:
    """Leave the user's files as they were: also those that were never edited, and those that were deleted."""
    changed = _of(repository, repository.files("--diff-filter=MD", "HEAD"), YOURS)
    for path in {*changed, *_of(repository, repository.unmerged(), *_DRIVERS)}:
        if repository.tried("checkout", "HEAD", "--", path).returncode:
            repository.git("rm", "--quiet", "--force", "--", path)


def _of(repository: Repository, files: Iterable[str], *drivers: str) -> list[str]:
    return repository.with_attribute("merge", drivers, files)
