"""The pages that people read, and what they show: code, commands, data and links."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from operate.paths import ROOT

PAGES = [
    *(ROOT / name for name in ("README.md", "AGENTS.md", "llms.txt", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
]
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)


class Snippet(NamedTuple):
    """A block of a page.

    Attributes:
        page: the page's path in the project.
        line: where the block begins.
        language: what stands behind its first fence.
        text: what stands between the fences.
    """

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def snippets() -> Iterator[Snippet]:
    """Every block of every page."""
    for path in PAGES:
        page = path.read_text()
        for found in FENCE.finditer(page):
            text = re.sub(rf"^{found['indent']}", "", found["text"], flags=re.MULTILINE)
            line = page.count("\n", 0, found.start()) + 1
            yield Snippet(str(path.relative_to(ROOT)), line, found["language"], text)


def in_language(language: str) -> list[Snippet]:
    """The blocks in one language."""
    return [snippet for snippet in snippets() if snippet.language == language]


def prose(path: Path) -> str:
    """A page without its blocks."""
    return FENCE.sub("", path.read_text())
