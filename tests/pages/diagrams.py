"""`make picture`: a picture of each diagram in the pages for the site, named by what it was drawn from.

The console's library brings what draws them, so that nothing is fetched from elsewhere.
"""

import hashlib
from pathlib import Path

from playwright.sync_api import Browser, Page, Route

from operate.paths import ROOT
from tests.browser import chromium
from tests.pages.pages import in_language

IMAGES = ROOT / "docs" / "images"
HERE = "http://diagrams.invalid"
# Text that isn't HTML, as a picture may hold none; on white, as a page may be dark.
LOOK = {"theme": "neutral", "htmlLabels": False, "flowchart": {"htmlLabels": False}, "startOnLoad": False}
DRAW = """
async ([text, look]) => {
  const {mermaid} = await import("/index.js");
  mermaid.initialize(look);
  return (await mermaid.render("diagram", text)).svg;
}
"""


def file_of(text: str) -> Path:
    """The picture of a diagram; docs/conf.py looks for it by the same name."""
    return IMAGES / f"diagram-{hashlib.sha256(text.strip().encode()).hexdigest()[:12]}.svg"


def drawn(browser: Browser, text: str) -> str:
    """The picture of a diagram, as SVG."""
    page = browser.new_page()
    try:
        page.route(f"{HERE}/**", answer)
        page.goto(HERE)
        picture: str = page.evaluate(DRAW, [text, LOOK])
        return picture.replace('style="', 'style="background: white; ', 1)
    finally:
        close(page)


def close(page: Page) -> None:
    """Leave nothing that still waits for an answer."""
    page.unroute_all(behavior="wait")
    page.close()


def answer(route: Route) -> None:
    """Give the browser what it asks for: an empty page, or a part of the program."""
    import nicegui  # a second, and the tests want the names of pictures alone

    program = Path(nicegui.__file__).parent / "elements" / "mermaid" / "dist"
    name = route.request.url.removeprefix(f"{HERE}/")
    if name:
        route.fulfill(path=program / name, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html>", content_type="text/html")


if __name__ == "__main__":
    wanted = {file_of(diagram.text): diagram.text for diagram in in_language("mermaid")}
    for file in set(IMAGES.glob("diagram-*.svg")) - wanted.keys():
        file.unlink()
    with chromium() as started:
        for file, source in wanted.items():
            if not file.exists():
                file.write_text(f"{drawn(started, source)}\n")
