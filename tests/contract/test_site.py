"""`make docs`: a site without a warning, with the guide by task as its menu, in need of no other host."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from operate.paths import LOCAL, ROOT
from tests.browser import chromium

SPHINX = LOCAL / "docs" / "bin" / "python"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (recipe,) = re.findall(
        r"^\t@\.local/docs/bin/python (.*) \.local/site$", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    done = subprocess.run(
        [SPHINX, *recipe.split(), str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


def test_menu_is_the_guide_by_task(site: Path) -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "docs" / "README.md").read_text(), re.MULTILINE)
    captions = re.findall(r'class="caption-text">(.*?)</span>', (site / "README.html").read_text())

    assert captions == headings


def test_search_works_from_a_file_and_asks_nobody(site: Path, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto((site / "index.html").as_uri())
    page.wait_for_url("**/README.html")
    page.get_by_role("textbox", name="Search").fill("dead-letter")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Runbook").first.click()
    page.get_by_role("heading", name="Commands dead").wait_for()

    assert {url.partition(":")[0] for url in asked} == {"file"}


def test_diagram_is_shown_as_a_picture(site: Path, page: Page) -> None:
    page.goto((site / "docs" / "architecture.html").as_uri())
    shown = page.get_by_role("img", name="diagram")

    assert shown.evaluate("image => image.complete && image.naturalWidth > 0")
