"""Pages and messages are free of what docs/words.md says a translation sounds like."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from operate.paths import ROOT
from tests.pages.pages import PAGES, prose

TRANSLATED = re.compile(r"\b(surely|anew|in vain|mend(s|ed)?|told by|as ever|is no JSON)\b", re.IGNORECASE)
ELSEWHERE = {"words.md", "CHANGELOG.md"}  # what is quoted, and what was said
HOUSES = ("layers/switchboard/switchboard", "local", "operate", "provisioner", "vonage_simulator", "workers")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_is_in_plain_english(page: Path) -> None:
    if page.name not in ELSEWHERE and page.parent.name != "adr":
        assert [found[0] for found in TRANSLATED.finditer(prose(page))] == []


@pytest.mark.parametrize("house", HOUSES)
def test_messages_are_in_plain_english(house: str) -> None:
    odd = {
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in (ROOT / house).rglob("*.py")
        for text in texts(path)
        for found in TRANSLATED.finditer(text)
    }

    assert odd == set()


def texts(path: Path) -> Iterator[str]:
    """What a module has in quotation marks; f-strings in pieces, docstrings not."""
    tree = ast.parse(path.read_text())
    statements = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in statements:
            yield node.value
