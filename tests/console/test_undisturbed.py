"""The console in a real browser while messages come: whoever reads isn't disturbed."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.console.test_browser import open_tab, place_call, said, shop_says
from tests.vonage_simulator.customer import CALLER, NUMBER, Customer, ncco, talk
from vonage_simulator.console.subjects import TITLES
from vonage_simulator.console.timeline import CARDS, ENTRIES_AT_FIRST, ROWS
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


def messages_come(vonage: Vonage, number: int) -> None:
    """Entries of many messages, as a campaign writes them."""
    for place in range(number):
        parties = {"channel": "sms", "from": NUMBER, "to": f"4477009{place:05}"}
        vonage.journal.add(
            "message", vonage.clock.timestamp(), message=f"m-{place}", what="sent", text="Sale!", **parties
        )


def test_call_is_told_from_its_beginning_whatever_came_between(
    console: Page, vonage: Vonage, customer: Customer, later: Iterator[Page]
) -> None:
    customer.on("answer", ncco(talk("Hi."), {"action": "wait", "timeout": 30}))
    place_call(console)
    said(console, "Hi.")
    told = card_of_the_call(console).locator("details.entry")
    expect(told.filter(has_text="answered")).to_be_visible()  # the last that there is of it for now

    messages_come(vonage, ENTRIES_AT_FIRST)
    expect(card_of_the_call(console)).to_have_count(0)
    expect(console.locator("section.card:visible")).to_have_count(CARDS)
    console.get_by_role("button", name="Key 1").click()

    for page in (console, next(later)):
        card = card_of_the_call(page)
        expect(card.locator(".state")).to_have_text("in progress")
        expect(card).to_contain_text(f"{NUMBER} rings")


def card_of_the_call(page: Page) -> Locator:
    """Messages of another test may still be delivered meanwhile, in cards of their own."""
    return page.locator("section.card").filter(has=page.get_by_role("heading", name=f"{CALLER} → {NUMBER}"))


def test_what_the_filters_show_stays_though_much_happens_that_they_do_not(
    console: Page, vonage: Vonage, customer: Customer
) -> None:
    customer.on("answer", ncco(talk("Hi.")))
    place_call(console)
    said(console, "Hi.")
    expect(console.locator(".line-state")).to_contain_text("Ended")
    console.get_by_text("Calls", exact=True).click()

    messages_come(vonage, CARDS + 1)
    vonage.journal.add("code", vonage.clock.timestamp(), what="reloaded", text="EventFunction")

    expect(console.locator("section.card .told", has_text="EventFunction")).to_be_attached()
    expect(console.locator("section.card:visible h3")).to_have_text([f"{CALLER} → {NUMBER}"])


def test_requests_without_end_leave_the_page_as_light_as_it_was(console: Page, vonage: Vonage) -> None:
    request = {"method": "GET", "url": f"{vonage.url}/v2/applications"}
    for _ in range(2 * ROWS):
        vonage.journal.add(
            "api", vonage.clock.timestamp(), request=request, response={"status": 200}, duration_ms=1
        )

    card = console.locator("section.card").filter(has=console.get_by_role("heading", name=TITLES["api"]))
    expect(card.locator(".state")).to_have_text(str(2 * ROWS))
    expect(card.locator("details.entry")).to_have_count(ROWS)
