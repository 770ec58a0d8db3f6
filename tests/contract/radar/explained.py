"""The known differences between an SDK and us, each with a reason and a source: `explained.toml`."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("explained.toml")


class Explanation(NamedTuple):
    """Why some differences are there; in a line, `*` stands for anything."""

    lines: list[str]
    reason: str
    source: str

    def patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        return [(line, re.compile(re.escape(line).replace(r"\*", ".*"))) for line in self.lines]


def read(text: str) -> list[Explanation]:
    """The explanations in a file's text.

    Raises:
        ValueError: one of them has no lines, no reason or no source.
    """
    found = [
        Explanation(entry.get("lines", []), entry.get("reason", "").strip(), entry.get("source", "").strip())
        for entry in tomllib.loads(text).get("explained", [])
    ]
    for explanation in found:
        if not all(explanation):
            which = explanation.lines or explanation.reason
            raise ValueError(f"An explanation needs lines, a reason and a source: {which!r}.")
    return found


def amiss(differences: Iterable[str], explanations: Sequence[Explanation]) -> list[str]:
    """What nothing explains, and explanations of what is no difference any more; a line for each."""
    differences = list(differences)
    patterns = [pattern for explanation in explanations for pattern in explanation.patterns()]
    unexplained = [
        line for line in differences if not any(pattern.fullmatch(line) for _, pattern in patterns)
    ]
    stale = [line for line, pattern in patterns if not any(map(pattern.fullmatch, differences))]
    return [f"unexplained: {line}" for line in unexplained] + [f"no longer so: {line}" for line in stale]
