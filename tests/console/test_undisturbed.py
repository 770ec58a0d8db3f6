"""The console in a real browser while messages come: whoever reads isn't disturbed."""

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.console.test_browser import open_tab, shop_says
from tests.vonage_simulator.customer import CALLER, NUMBER, Customer
from vonage_simulator.testing.endpoint import Answer
from vonage_simulator.vonage import Vonage

SCROLL_UP = """
log => new Promise(done => { log.addEventListener("scroll", done, { once: true }); log.scrollTop = 9; })
"""


@pytest.fixture
def thread(console: Page, vonage: Vonage, customer: Customer) -> Locator:
    """What was written in a long thread, open."""
    customer.on("status", Answer(200))
    for number in range(8):
        shop_says(vonage, f"Message {number}")
    open_tab(console, "Messages")
    console.locator(".thread").first.click()
    log = console.get_by_role("log", name="What was written")
    expect(log.locator(".receipt").last).to_contain_text("delivered")
    return log


def test_reader_of_a_thread_stays_where_they_read(vonage: Vonage, thread: Locator) -> None:
    expect(thread.locator(".receipt").last).to_be_in_viewport()
    thread.evaluate(SCROLL_UP)

    shop_says(vonage, "Until six.")
    expect(thread.locator(".bubble.theirs").last).to_have_text("Until six.")
    expect(thread.locator(".receipt").last).to_contain_text("delivered")

    assert thread.evaluate("log => log.scrollTop") == 9


def test_thread_begins_at_its_latest_message_though_it_was_filled_behind_another_panel(
    thread: Locator, console: Page
) -> None:
    console.reload()
    open_tab(console, "Messages")

    expect(thread.locator(".receipt").last).to_be_in_viewport()


def test_thread_keeps_the_focus_when_a_message_moves_it_up(
    console: Page, vonage: Vonage, thread: Locator
) -> None:
    expect(thread).to_be_visible()
    sms = {"channel": "sms", "message_type": "text", "text": "Other.", "from": NUMBER, "to": CALLER}
    httpx.post(f"{vonage.url}/v1/messages", json=sms, auth=vonage.credentials, trust_env=False)
    second = console.locator(".thread").nth(1)
    expect(second).to_contain_text("WhatsApp")
    second.focus()

    shop_says(vonage, "Until six.")

    first = console.locator(".thread").first
    expect(first).to_contain_text("Until six.")
    expect(first).to_be_focused()


def test_text_keeps_its_lines_and_direction_and_wraps_its_long_words(
    console: Page, vonage: Vonage, customer: Customer
) -> None:
    customer.on("status", Answer(200))
    open_tab(console, "Messages")
    shop_says(vonage, f"\u0645\u0641\u062a\u0648\u062d:\n9 to 5\n{'x' * 300}")
    console.locator(".thread").first.click()

    bubble = console.locator(".bubble.theirs")
    expect(bubble).to_have_css("direction", "rtl")
    assert bubble.inner_text().splitlines()[1] == "9 to 5"
    quoted = console.locator("section.card .told q").first
    assert quoted.evaluate("quote => quote.getBoundingClientRect().right <= innerWidth")
