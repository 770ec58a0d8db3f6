"""The phone of the console in a real browser, where more goes on than the one call."""

import queue
from collections.abc import Iterator

import httpx
from playwright.sync_api import Page, expect

from tests.console.conftest import PATIENCE_MS
from tests.console.test_browser import MENU, by_key, place_call, said
from tests.vonage_simulator.customer import NUMBER, Customer, connect, ncco, talk
from vonage_simulator.calls.call import CallOutcome
from vonage_simulator.console.handset import Handset
from vonage_simulator.vonage import Vonage

BY_HAND = ("447700900777", "447700900778")


def somebody_calls(vonage: Vonage) -> None:
    call = {"from": "447700900555", "to": NUMBER, "wait": False}
    httpx.post(f"{vonage.url}/_simulator/calls", json=call, trust_env=False).raise_for_status()


def test_what_rings_can_be_answered_on_a_page_opened_later_until_it_stops(
    console: Page, vonage: Vonage, customer: Customer, later: Iterator[Page]
) -> None:
    customer.on("answer", *(ncco(connect(number, timeout=30)) for number in BY_HAND))
    somebody_calls(vonage)
    expect(console.locator(".ringing")).to_contain_text(BY_HAND[0])
    somebody_calls(vonage)
    expect(console.locator("section.card .told", has_text=f"{BY_HAND[1]} rings")).to_be_visible()

    page = next(later)
    page.get_by_role("button", name="Answer").click()

    expect(page.locator(".line-state")).to_have_text("Connected")
    expect(page.locator(".ringing")).to_be_hidden()  # one call at a time
    expect(console.locator(".ringing")).to_contain_text(BY_HAND[1])  # the other call still rings
    page.get_by_role("button", name="Hang up").click()
    expect(page.locator(".ringing")).to_contain_text(BY_HAND[1])


def test_call_that_no_longer_rings_is_over_for_who_answers_it(vonage: Vonage, customer: Customer) -> None:
    customer.on("answer", ncco(talk("Hi.")))
    leg = customer.call()["leg"]
    outcomes: queue.Queue[CallOutcome] = queue.Queue()

    Handset(vonage, heard=lambda _text: None, ended=outcomes.put).pick_up(leg)

    assert outcomes.get(timeout=PATIENCE_MS / 1000).failure is not None


def test_shortcuts_of_the_browser_are_no_keys_of_the_phone(console: Page, customer: Customer) -> None:
    customer.on("answer", MENU).on("event", by_key)
    place_call(console)
    console.get_by_text("Listening to you").wait_for()

    for keys in ("Alt+6", "Meta+7", "Control+8", "9"):
        console.locator("body").press(keys)

    said(console, "You pressed 9.")
    expect(console.locator(".bubble.pressed")).to_have_text(["9"])


def test_loudspeaker_that_was_turned_off_is_shown_so_after_a_reload(
    console: Page, customer: Customer
) -> None:
    customer.on("answer", ncco(talk("Hi."), {"action": "wait", "timeout": 30}))
    place_call(console)
    speaker = console.get_by_role("button", name="Speak aloud")
    expect(speaker).to_have_attribute("aria-pressed", "true")
    speaker.click()
    console.reload()
    place_call(console)

    expect(speaker).to_have_attribute("aria-pressed", "false")
    speaker.click()
