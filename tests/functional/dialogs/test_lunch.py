"""The chat of docs/chats.md, written to, and the page itself: its code is that of files that tests run."""

import re

import pytest

from operate.paths import ROOT
from tests.functional.dialogs import lunch
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.texting import Texting

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "chats.md").read_text(), re.DOTALL)
SOURCES = [path.read_text() for path in (ROOT / "tests" / "functional" / "dialogs").glob("*.py")]


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {"inbound": lunch.lambda_handler}


def test_lunch_is_ordered_with_time_between_the_lines(whatsapp: Texting) -> None:
    whatsapp.send("Hello")
    whatsapp.taps("Curry")
    whatsapp.receives("In what name?")
    whatsapp.waits(days=1)
    whatsapp.send("Ada")
    whatsapp.taps("Yes")
    whatsapp.receives("See you at noon. Your number is 1.")


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_the_page_s_code_is_what_tests_run(block: str) -> None:
    assert any(flush(block) in flush(source) for source in SOURCES)


def flush(code: str) -> str:
    """Code without the depth that it stands at, and without blank lines."""
    return "\n".join(line.strip() for line in code.splitlines() if line.strip())
