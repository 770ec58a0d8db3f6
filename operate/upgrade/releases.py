"""Releases in the repository that they come from; here they are refs of their own, beside the user's tags."""

import re

from operate.errors import OperatorError
from operate.upgrade.repository import Repository

_VERSION = re.compile(r"v?(\d+\.\d+\.\d+)")
# Remotes that releases may come from, the first that there is.
_REMOTES = ("switchboard", "upstream", "origin")


def number(text: str) -> str:
    """A version as it is written in files: `v0.2.0` is 0.2.0.

    Raises:
        OperatorError: It isn't one.
    """
    if found := _VERSION.fullmatch(text):
        return found[1]
    raise OperatorError(f"{text!r} isn't a version.", "Write it as here: make upgrade VERSION=0.2.0")


def is_older(version: str, than: str) -> bool:
    """Whether one version came before another."""
    return [*map(int, number(version).split("."))] < [*map(int, number(than).split("."))]


def source(repository: Repository, given: str | None) -> str:
    """Where releases come from: what was given, else the remote that is named for it.

    Raises:
        OperatorError: Nothing was given, and there is no such remote.
    """
    if given:
        return given
    remotes = repository.lines("remote")
    for name in _REMOTES:
        if name in remotes:
            return name
    raise OperatorError(
        "It isn't known where releases come from: the repository has no remote.",
        "Name the repository of Switchboard: make upgrade VERSION=… FROM=https://…",
    )


def ref(version: str) -> str:
    """What git calls a release here."""
    return f"refs/switchboard/v{version}"


def fetch(repository: Repository, origin: str, version: str) -> str:
    """Bring a release here; its commit.

    Raises:
        OperatorError: It isn't there, or isn't what it is called.
    """
    tag = f"refs/tags/v{version}"
    fetched = repository.tried(
        "fetch", "--no-tags", "--quiet", "--end-of-options", origin, f"+{tag}:{ref(version)}"
    )
    if fetched.returncode:
        raise _not_there(repository, origin, version, fetched.stderr)
    commit = repository.git("rev-parse", f"{ref(version)}^{{commit}}")
    if (found := repository.version(commit)) != version:
        raise OperatorError(
            f"What {origin} calls v{version} says of itself that it is {found}.",
            "Take another version, or another repository: FROM=https://…",
        )
    return commit


def _not_there(repository: Repository, origin: str, version: str, said: str) -> OperatorError:
    listed = repository.tried("ls-remote", "--tags", "--refs", "--end-of-options", origin, "v*")
    if listed.returncode:
        return OperatorError(
            f"{origin} can't be asked for releases: {' '.join(said.split())}",
            "Is it reachable? Another repository: FROM=https://…",
        )
    tags = [line.rpartition("/")[2] for line in listed.stdout.splitlines()]
    known = [tag for tag in tags if _VERSION.fullmatch(tag)]
    if not known:
        return OperatorError(
            f"{origin} has no release at all: none of its tags is a version, such as v{version}.",
            "Name the repository of Switchboard, or a clone of it that has the tags: FROM=https://…",
        )
    return OperatorError(
        f"{origin} has no version {version}. It has: {', '.join(known)}.",
        "Take one of these, or name the repository of Switchboard: FROM=https://…",
    )
