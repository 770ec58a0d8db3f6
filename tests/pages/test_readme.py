"""The README's code stands in files that tests run, and what the guides name exists."""

import re
from pathlib import Path

import pytest

from operate.paths import ROOT

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
SOURCES = [
    path.read_text()
    for folder in ("tests/flows", "examples", "tests/functional")
    for path in sorted((ROOT / folder).rglob("*.py"))
]

GUIDES = [ROOT / name for name in ("docs/README.md", "AGENTS.md", "llms.txt")]
LINKS = {guide: re.findall(r"\]\(((?!http)[^)]+)\)", guide.read_text()) for guide in GUIDES}
MAKEFILE = (ROOT / "Makefile").read_text()


def test_there_is_code_to_check() -> None:
    assert len(BLOCKS) >= 4


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[1][:40])
def test_block_stands_in_a_file_that_tests_run(block: str) -> None:
    assert any(block.rstrip() in source for source in SOURCES), block


def test_command_from_another_stack_is_shown_as_the_example_has_it() -> None:
    page = (
        (ROOT / "docs" / "commands.md")
        .read_text()
        .partition("\n## From another stack\n")[2]
        .partition("\n## ")[0]
    )
    shown = dict(re.findall(r"```(yaml|js)\n(.*?)```", page, re.DOTALL))

    for kind, name in (("yaml", "template.yaml"), ("js", "send.mjs")):
        assert shown[kind] in (ROOT / "examples" / "other_stack" / name).read_text()


def test_every_page_is_found_by_a_task() -> None:
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}

    assert pages - set(re.split(r"#\S*|\s", " ".join(LINKS[ROOT / "docs" / "README.md"]))) == set()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_command_exists_and_is_given_what_it_takes(guide: Path) -> None:
    typed = re.findall(r"(?:`|^)make ([a-z-]+)((?: [A-Z_]+=[^`\s]+)*)", guide.read_text(), re.MULTILINE)

    assert typed
    for word, given in typed:
        rule = re.search(rf"^{word}:[^\n]*\n((?:\t[^\n]*\n)+)", MAKEFILE, re.MULTILINE)
        assert rule, f"make {word}"
        for name in re.findall(r"([A-Z_]+)=", given):
            assert re.search(rf"\b{name}\b", rule[1]), f"make {word} {name}=…"
