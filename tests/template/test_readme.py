"""The README's code is the project's own: every Python block stands in a file that tests run."""

import re

import pytest

from operate.paths import ROOT

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
SOURCES = [
    path.read_text()
    for folder in ("tests/flows", "examples", "tests/functional")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def test_there_is_code_to_check() -> None:
    assert len(BLOCKS) >= 4


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[1][:40])
def test_block_stands_in_a_file_that_tests_run(block: str) -> None:
    assert any(block.rstrip() in source for source in SOURCES), block


@pytest.mark.parametrize("path", re.findall(r"\]\(((?!http)[^)#]+)", (ROOT / "README.md").read_text()))
def test_link_leads_somewhere(path: str) -> None:
    assert (ROOT / path).exists()
