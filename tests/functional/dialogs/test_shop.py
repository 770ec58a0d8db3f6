"""The dialog of docs/dialogs.md, called, and the page itself: its code is that of files that tests run."""

import re

import pytest

from operate.paths import ROOT
from tests.functional.dialogs import shop
from tests.functional.dialogs.reception import NUMBER
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import Simulation

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "dialogs.md").read_text(), re.DOTALL)
SOURCES = [
    path.read_text()
    for folder in ("dialogs", "people")
    for path in (ROOT / "tests" / "functional" / folder).glob("*.py")
]


@pytest.fixture
def dialog() -> Handler:
    return shop.lambda_handler


def test_three_levels_lead_to_a_message(
    phone: Phone, simulation: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop, "HOURS", range(24))
    phone.callee("447700900459", picks="busy")
    call = phone.dial("447700900000")
    call.presses("2")
    call.presses("1234")
    call.hears("Ticket 1234")
    call.presses("1")
    call.hears("leave a message")
    call.says("My brakes are gone.")
    call.hangs_up()
    [text] = simulation.sent_to(shop.OWNER)
    assert text.startswith("447700900123 left a message")


def test_a_caller_may_go_back_and_reach_somebody(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "HOURS", range(24))
    phone.callee("447700900458", picks="answer")
    call = phone.dial(NUMBER)
    for keys in ("2", "7#", "9", "1", "2"):
        call.presses(keys)
    call.is_connected_to("447700900458")


def test_a_caller_at_night_hears_when_we_are_open(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "HOURS", ())
    phone.dial(NUMBER).hears("from nine to five")


def test_an_owner_hears_how_long_a_caller_went_on(
    phone: Phone, webhooks: dict[str, Handler], simulation: Simulation
) -> None:
    webhooks["answer"] = shop.feedback
    call = phone.dial(NUMBER)
    call.presses("1")
    call.hears("Thank you.")
    call.hears("Tell us more")
    call.hangs_up()

    assert simulation.sent_to(shop.OWNER) == ["447700900123 has hung up after 1 lines."]


def test_an_owner_hears_who_wants_what(
    phone: Phone, webhooks: dict[str, Handler], simulation: Simulation
) -> None:
    webhooks["answer"] = shop.with_note
    phone.callee(shop.OWNER, picks="answer")
    phone.dial(NUMBER).is_connected_to(shop.OWNER)

    lines = simulation.vonage.journal.entries(kind="call")
    assert {line["party"] for line in lines if "about a bicycle" in line.get("text", "")} == {shop.OWNER}


def test_a_caller_is_not_left_with_a_machine(phone: Phone, webhooks: dict[str, Handler]) -> None:
    webhooks["answer"] = shop.in_person
    phone.callee(shop.OWNER, picks="machine")
    phone.dial(NUMBER).hears("Nobody is there.", within_s=60)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0][:40])
def test_code_of_the_page_stands_in_a_file_that_tests_run(block: str) -> None:
    assert any(block.rstrip() in source for source in SOURCES), block


def test_the_page_s_dialog_is_shorter_than_40_lines_and_its_test_than_15() -> None:
    dialog, test = (block for block in BLOCKS if "def lambda_handler" in block or "def test_" in block)

    assert len(dialog.splitlines()) <= 40
    assert len(test.splitlines()) <= 20
