"""Sphinx's settings for `make docs`: the pages as they stand in the repository, with its menu by task.

The menu is docs/README.md: its headings, and below each the pages that it links to. Every other page hangs
below the README of its folder, or below the first page that links to it. Nothing is loaded from elsewhere,
and the search works from a file.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
GUIDE = "docs/README"

project = "Switchboard"
author = "the authors of Switchboard"
release = version = (ROOT / ".switchboard-version").read_text().strip()
root_doc = "README"
include_patterns = ["README.md", "CHANGELOG.md", "docs/*.md", "docs/*/*.md", "examples/*.md"]
exclude_patterns = [".*", "**/__pycache__"]
extensions = ["myst_parser"]
myst_heading_anchors = 4
myst_fence_as_directive = ["mermaid"]
suppress_warnings = ["misc.highlighting_failure"]  # samples leave out what doesn't matter, with …
html_theme = "furo"
html_title = f"Switchboard {release}"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_static_path = ["site.css"]
html_css_files = ["site.css"]

LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\(((?!https?:|#)[^)#\s]+)(#[^)\s]*)?\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def page_of(name: str) -> Path:
    """The file of a page."""
    return ROOT / f"{name}.md"


def links_of(name: str, text: str) -> list[str]:
    """The pages that a text links to, each once."""
    targets = (os.path.normpath(page_of(name).parent / path) for _, path, _ in LINK.findall(text))
    pages = (
        os.path.relpath(target, ROOT).removesuffix(".md") for target in targets if target.endswith(".md")
    )
    return list(dict.fromkeys(pages))


def menu() -> Iterator[tuple[str, str, list[str]]]:
    """Each page that others hang below, with a caption and those others."""
    placed = {root_doc, GUIDE}
    shelves = []
    for section in re.split(r"^## ", page_of(GUIDE).read_text(), flags=re.MULTILINE)[1:]:
        caption = section.partition("\n")[0]
        pages = [page for page in links_of(GUIDE, section) if page not in placed]
        placed.update(pages)
        shelves.append((root_doc, caption, pages))
    shelves[-1][2].append("CHANGELOG")
    placed.add("CHANGELOG")
    yield root_doc, "", [GUIDE]
    yield from shelves
    waiting = [page for _, _, pages in shelves for page in pages]
    while waiting:
        page = waiting.pop(0)
        own = [each for each in _below(page) if each not in placed]
        placed.update(own)
        waiting += own
        if own:
            yield page, "", own


def _below(page: str) -> list[str]:
    """What hangs below a page: the rest of its folder if it is the README, else what it links to."""
    if page.endswith("/README"):
        return [f"{Path(page).parent}/{path.stem}" for path in sorted(page_of(page).parent.glob("*.md"))]
    linked = links_of(page, page_of(page).read_text())
    return [each for each in linked if not page_of(each).with_name("README.md").exists()]


MENU = list(menu())


def prepare(app: Sphinx, name: str, source: list[str]) -> None:  # noqa: ARG001 - as Sphinx calls it
    """Add the menu to the pages that others hang below, and leave out links to folders: the site has none."""
    parts = FENCED.split(source[0])
    fenced = [*FENCED.findall(source[0]), ""]
    here = page_of(name).parent

    def without_folder(link: re.Match[str]) -> str:
        return link[1] if (here / link[2]).is_dir() else link[0]

    source[0] = "".join(
        LINK.sub(without_folder, part) + block for part, block in zip(parts, fenced, strict=True)
    )
    for page, caption, below in MENU:
        if page == name:
            listed = "\n".join(f"/{each}" for each in below)
            called = f":caption: {caption}\n" if caption else ""
            source[0] += f"\n\n```{{toctree}}\n:hidden:\n{called}\n{listed}\n```\n"


class Mermaid(Directive):
    """A diagram as the picture that `make picture` drew of it, so that reading it takes no script."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The picture, named by what it was drawn from."""
        text = "\n".join(self.content)
        name = f"docs/images/diagram-{hashlib.sha256(text.strip().encode()).hexdigest()[:12]}.svg"
        if not (ROOT / name).exists():
            raise self.error(f"{name} isn't there: the diagram was changed. `make picture` draws it.")
        return [nodes.image(uri=f"/{name}", alt="diagram")]


def begin_at_the_readme(app: Sphinx, failure: Exception | None) -> None:
    """Let the folder itself lead to the first page."""
    if not failure:
        first = f'<!doctype html><meta http-equiv="refresh" content="0; url={root_doc}.html">\n'
        (Path(app.outdir) / "index.html").write_text(first)


def setup(app: Sphinx) -> None:
    """What Sphinx calls once."""
    app.add_directive("mermaid", Mermaid)
    app.connect("source-read", prepare)
    app.connect("build-finished", begin_at_the_readme)
