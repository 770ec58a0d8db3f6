"""`make upgrade VERSION=0.2.0`: a newer release, merged on a branch of its own and tried before it is kept.

Nothing is deployed. What is the user's, which .gitattributes lists, stays as it is; the project's checks and
the user's own tests and call scripts decide whether the branch is any good.
"""

import argparse
import subprocess

from rich.console import Console

from operate import paths
from operate.command_line import WELL, Command, Output
from operate.errors import OperatorError
from operate.upgrade import notes, releases
from operate.upgrade.merging import Merged, merge
from operate.upgrade.repository import Repository

# What the new version is tried by, and what says what it would change at Vonage and at AWS.
_GATE = ("check", "test-app")
_CHANGES = (("plan",), ("deploy", "PREVIEW=true"))
_DEPLOY = "make deploy ENV=dev"
_NEXT = """\
Version {version} is merged and passes. Nothing is deployed yet.
  what changes             make plan ENV=dev; make deploy ENV=dev PREVIEW=true
  try it                   make up; make deploy ENV=dev
  keep it                  git switch {before} && git merge {branch}
  leave it                 {home}
Once it is deployed, the way back is `make rollback`: docs/upgrading.md"""


def upgrade(out: Console, version: str, given: str | None, stage: str | None) -> None:
    """Merge a release on a branch, try it, and show what it would change.

    Args:
        out: Where it says what it does.
        version: The release, such as 0.2.0.
        given: A remote, an address or a folder that has it.
        stage: Whose changes are shown; without one none are, and nobody needs to be signed in.

    Raises:
        OperatorError: There is no such release, the project isn't ready, files of ours were changed by both,
            what is merged doesn't pass, or the stage can't be asked.
    """
    repository, version = Repository(paths.ROOT), releases.number(version)
    repository.refuse_unready()
    origin, branch = releases.source(repository, given), f"upgrade/v{version}"
    release = releases.fetch(repository, origin, version)
    if not repository.holds(release):
        _merge(out, repository, origin, version, release)
    elif repository.git("branch", "--show-current") != branch:
        raise OperatorError(f"This branch has version {version} already.", f"Deploy it: {_DEPLOY}")
    home = f"git switch {_before(repository)} && git branch -D {branch}"
    again = f"Correct it here, on {branch}, commit, and run the same command again. To leave it all: {home}"
    _make(repository, again, *_GATE)
    for words in _CHANGES if stage else ():
        _make(repository, again, *words, f"ENV={stage}")
    next_steps = _NEXT.format(version=version, branch=branch, before=_before(repository), home=home)
    out.print(next_steps, markup=False, highlight=False)


def _make(repository: Repository, next_step: str, *words: str) -> None:
    command = ["make", "--no-print-directory", *words]
    if subprocess.run(command, cwd=repository.folder, check=False).returncode:
        raise OperatorError(f"`make {' '.join(words)}` failed; its last lines say why.", next_step)


def _merge(out: Console, repository: Repository, origin: str, version: str, release: str) -> None:
    present, branch = repository.version(), f"upgrade/v{version}"
    if not releases.is_older(present, version):
        raise OperatorError(
            f"The project has version {present}, and {version} isn't newer.",
            "To go back, check out the commit before the upgrade and deploy it: docs/upgrading.md",
        )
    common = repository.tried("merge-base", "HEAD", release).returncode == 0
    base = release if common else releases.fetch(repository, origin, releases.number(present))
    _switch(repository, branch)
    for said, text in notes.upgrading(repository.git("show", f"{release}:CHANGELOG.md"), present, version):
        out.print(f"Upgrading to {said}\n{text}\n", markup=False, highlight=False)
    message = f"Upgrade Switchboard from {present} to {version}"
    _tell(out, merge(repository, base, release, message), version)


def _switch(repository: Repository, branch: str) -> None:
    if repository.git("branch", "--show-current") == branch:
        return
    if not repository.tried("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").returncode:
        raise OperatorError(
            f"There is a branch {branch} from an earlier try.",
            f"Go on there: git switch {branch}. Or forget it: git branch -D {branch}",
        )
    repository.git("switch", "--quiet", "--create", branch)


def _tell(out: Console, merged: Merged, version: str) -> None:
    compare = f"To compare one: git diff HEAD {releases.ref(version)} -- FILE"
    for what, files in (
        ("You had edited files of ours; your changes and the release's were merged:", merged.edited),
        ("The release added to what is yours:", merged.added),
        (f"The release has others of these, which stay as you have them. {compare}:", merged.kept),
    ):
        if files:
            out.print("\n  ".join([what, *files]), markup=False, highlight=False)


def _before(repository: Repository) -> str:
    """The branch from which the upgrade began."""
    return repository.tried("rev-parse", "--abbrev-ref", "@{-1}").stdout.strip() or "main"


def _run(out: Output, given: argparse.Namespace) -> int:
    upgrade(out.console, given.version, given.source, given.env)
    return WELL


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--version", required=True, metavar="VERSION", help="the release, such as 0.2.0")
    where = "the repository that has it (default: the first remote of switchboard, upstream, origin)"
    parser.add_argument("--from", dest="source", metavar="REPOSITORY", help=where)
    changes = "a stage of samconfig.toml: show what would change there, at Vonage and at AWS"
    parser.add_argument("--env", metavar="STAGE", help=changes)


COMMAND = Command(
    "Merge a newer release on a branch of its own, with what is yours as it is, and try it",
    _run,
    ("make upgrade VERSION=0.2.0 ENV=dev", "python -m operate upgrade --version 0.2.0 --from https://…"),
    _options,
)
