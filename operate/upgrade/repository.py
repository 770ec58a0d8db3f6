"""The git repository that a project is, as far as an upgrade needs it."""

import subprocess
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from operate.errors import OperatorError

VERSION_FILE = ".switchboard-version"
_AGAIN = "Correct what it names, then run the same command again."


@dataclass(frozen=True)
class Repository:
    """A project's repository.

    Attributes:
        folder: Where it is checked out.
    """

    folder: Path

    def git(self, *words: str) -> str:
        """What git prints.

        Raises:
            OperatorError: git failed, in its own words.
        """
        done = self.tried(*words)
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())
            raise OperatorError(f"`git {words[0]}` failed: {said}", _AGAIN)
        return done.stdout.strip()

    def lines(self, *words: str) -> list[str]:
        """What git prints, by lines."""
        return self.git(*words).splitlines()

    def files(self, *words: str) -> list[str]:
        """The files that `git diff WORDS…` names, whatever is in their names."""
        return [name for name in self.git("diff", "--name-only", "-z", *words).split("\0") if name]

    def with_attribute(self, name: str, values: Collection[str], files: Iterable[str]) -> list[str]:
        """Those of some files for which `.gitattributes` gives an attribute one of these values."""
        done = self.tried("check-attr", "-z", "--stdin", name, given="\0".join(files))
        fields = done.stdout.split("\0")
        return [file for file, value in zip(fields[::3], fields[2::3], strict=False) if value in values]

    def tried(self, *words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """How git ended, where a failure is an answer."""
        try:
            git = ["git", *words]
            return subprocess.run(
                git, cwd=self.folder, input=given, capture_output=True, text=True, check=False
            )
        except FileNotFoundError as error:
            raise OperatorError("There is no git here.", "Install it.") from error

    def holds(self, ancestor: str, commit: str = "HEAD") -> bool:
        """Whether a commit is part of what led to another one."""
        return not self.tried("merge-base", "--is-ancestor", ancestor, commit).returncode

    def refuse_unready(self) -> None:
        """Refuse a folder within a repository, a merge that isn't finished, and edits that could be lost.

        Raises:
            OperatorError: It is one of these.
        """
        top = self.tried("rev-parse", "--show-toplevel")
        if top.returncode or Path(top.stdout.strip()).resolve() != self.folder.resolve():
            raise OperatorError(
                f"{self.folder} isn't the top folder of a git repository, so nothing can be merged into it.",
                "A copy without git becomes one: git init && git add --all && git commit -m 'As it was'",
            )
        if unfinished := self.unmerged():
            raise OperatorError(
                f"A merge isn't finished; both sides changed {', '.join(unfinished)}.",
                "Edit them, git add them and git commit, then run the same command again. "
                "To drop the merge: git merge --abort",
            )
        if changed := self.lines("status", "--porcelain", "--untracked-files=no"):
            names = ", ".join(line[2:].strip() for line in changed)
            raise OperatorError(
                f"There are changes that aren't committed: {names}.",
                "Commit them, or put them aside (git stash), then run the same command again.",
            )

    def unmerged(self) -> list[str]:
        """The files of a merge that wait for somebody to decide."""
        return self.files("--diff-filter=U")

    def version(self, commit: str = "HEAD") -> str:
        """The version that a commit has; the first releases say it in pyproject.toml alone.

        Raises:
            OperatorError: It says none.
        """
        said = self.tried("show", f"{commit}:{VERSION_FILE}")
        if not said.returncode:
            return said.stdout.strip()
        try:
            return str(tomllib.loads(self.git("show", f"{commit}:pyproject.toml"))["project"]["version"])
        except (tomllib.TOMLDecodeError, KeyError, OperatorError) as error:
            raise OperatorError(
                f"{VERSION_FILE} is missing, so it isn't known which release this project came from.",
                f"Write its version into {VERSION_FILE} and commit it. CHANGELOG.md has the versions.",
            ) from error
