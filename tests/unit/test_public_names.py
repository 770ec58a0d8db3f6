"""What docs and examples import is public: named in docs/architecture.md, and there."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("switchboard", "vonage_simulator", "provisioner", "operate", "local", "functions", "workers")
PUBLIC = (ROOT / "docs" / "architecture.md").read_text().partition("## Public names")[2].partition("\n## ")[0]


def public_modules() -> set[str]:
    """The modules of the table; a second one of a row may leave out its package."""
    found = set()
    for row in re.findall(r"^\| (`.+?) \|", PUBLIC, re.MULTILINE):
        first, *others = re.findall(r"`([\w.…]+)`", row)
        found |= {first, *(first.partition(".")[0] + other if other[0] == "." else other for other in others)}
    return found


def snippets() -> Iterator[tuple[str, str]]:
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for block in re.findall(r"^```python\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL):
            yield path.name, block
    for path in sorted((ROOT / "examples").rglob("*.py")):
        yield str(path.relative_to(ROOT)), path.read_text()


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_docs_and_examples_import_public_modules_alone() -> None:
    public = public_modules()
    private = {
        (place, module)
        for place, source in snippets()
        for module in imported(source)
        if module.partition(".")[0] in OURS
        and module not in public
        and f"{module.rpartition('.')[0]}.…" not in public
    }
    assert private == set()


@pytest.mark.parametrize("module", sorted(public_modules()))
def test_every_public_module_is_there(module: str) -> None:
    import_module(module.removesuffix(".…"))
