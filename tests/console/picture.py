"""`make picture`: docs/images/console.png anew, of a call whose wrong NCCO leads to the fallback."""

import sys
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from operate.paths import ROOT
from tests.browser import chromium
from tests.vonage_simulator.customer import Customer, ncco, talk
from vonage_simulator.account.account import Account
from vonage_simulator.console.serve import in_front_of
from vonage_simulator.server import running

FILE = ROOT / "docs" / "images" / "console.png"
SIZE: ViewportSize = {"width": 1280, "height": 800}
MENU = "Welcome to Switchboard. Press 1 for sales, or 2 for support."
APOLOGY = "We are having trouble. Please call again later."
WRONG = ncco(
    {"action": "talk"},
    {"action": "connect", "endpoint": [{"type": "phone", "number": "+44 7700"}], "tiemout": 20},
)


def take(target: Path) -> None:
    """Place the call in a browser, and write what it shows as a PNG."""
    simulator = running(Account.seeded(seed=1), live=True, front=in_front_of)
    with simulator as vonage, Customer.serving(vonage) as customer, chromium() as browser:
        answer_the_calls_of(customer)
        page = browser.new_page(viewport=SIZE)
        page.goto(vonage.url)
        call(page)
        page.screenshot(path=target)
        page.close()


def answer_the_calls_of(customer: Customer) -> None:
    """An application with the webhooks that a stack has."""
    names = {"answer_url": "answer", "event_url": "event", "fallback_answer_url": "fallback"}
    hooks = {hook: customer.hook(f"webhooks/{name}") for hook, name in names.items()}
    customer.create(signed_callbacks=True, webhooks=hooks)
    event_url = [customer.hook("webhooks/input")["address"]]
    keys = {"action": "input", "type": ["dtmf", "speech"], "dtmf": {"maxDigits": 1}, "eventUrl": event_url}
    customer.on("webhooks/answer", ncco(talk(MENU, bargeIn=True), keys))
    customer.on("webhooks/input", WRONG)
    customer.on("webhooks/fallback", ncco(talk(APOLOGY), {"action": "wait", "timeout": 60}))


def call(page: Page) -> None:
    """Call, press a key and hear the apology."""
    page.get_by_role("button", name="Call", exact=True).click()
    page.get_by_text("Listening to you").wait_for()
    page.get_by_role("button", name="Key 2").click()
    page.locator(".cards q", has_text=APOLOGY).wait_for()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if sys.argv[1:] else FILE)
