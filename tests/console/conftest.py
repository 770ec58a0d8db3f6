"""The console of a simulator on real time, a customer behind it, and a browser in front of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import chromium
from tests.vonage_simulator.customer import Customer
from vonage_simulator.account.account import Account
from vonage_simulator.console.serve import in_front_of
from vonage_simulator.server import running
from vonage_simulator.vonage import Vonage

PATIENCE_MS = 30_000
WIDE, NARROW = (1280, 800), (400, 800)


@pytest.fixture(scope="package")
def vonage() -> Iterator[Vonage]:
    with running(Account.seeded(seed=1), live=True, front=in_front_of) as simulator:
        yield simulator


@pytest.fixture(scope="package")
def shop(vonage: Vonage) -> Iterator[Customer]:
    """The application of the account's number."""
    with Customer.serving(vonage) as customer:
        fallback = customer.hook("fallback")
        yield customer.create(signed_callbacks=True, webhooks={"fallback_answer_url": fallback})


@pytest.fixture
def customer(shop: Customer) -> Customer:
    shop.reactions.clear()
    shop.received.clear()
    shop.vonage.journal.restore([])
    return shop


@pytest.fixture(scope="package")
def browser(vonage: Vonage) -> Iterator[BrowserContext]:  # noqa: ARG001 - it must end after the browser
    """One browser with one cache for all; its driver keeps a loop running in this thread until it ends."""
    with chromium() as launched:
        context = launched.new_context()
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        yield context


@pytest.fixture
def console(browser: BrowserContext, vonage: Vonage, customer: Customer) -> Iterator[Page]:  # noqa: ARG001
    """The console as somebody with a wide screen opens it."""
    yield from opened(browser, vonage, WIDE)


@pytest.fixture
def narrow(browser: BrowserContext, vonage: Vonage, customer: Customer) -> Iterator[Page]:  # noqa: ARG001
    """The console on a phone's screen."""
    yield from opened(browser, vonage, NARROW)


@pytest.fixture
def later(browser: BrowserContext, vonage: Vonage) -> Iterator[Iterator[Page]]:
    """A second page, opened when it is asked for."""
    pages = opened(browser, vonage, WIDE)
    yield pages
    for _ in pages:
        pass


def opened(browser: BrowserContext, vonage: Vonage, size: tuple[int, int]) -> Iterator[Page]:
    page = browser.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(vonage.url)
    page.get_by_role("button", name="Call", exact=True).wait_for()
    yield page
    vonage.engine.run(hang_up_everything(vonage))
    if page.locator(".in-call").is_visible():
        page.get_by_role("button", name="New call").wait_for()
    page.close()
    assert errors == []


async def hang_up_everything(vonage: Vonage) -> None:
    for leg in vonage.exchange.legs.values():
        leg.hang_up("user")
