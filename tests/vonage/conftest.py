"""A simulator per test, a client of it, a customer's webhook endpoint, and the pytest plugin's fixtures."""

from collections.abc import Iterator

import httpx
import pytest

from local.vonage.account import Account
from local.vonage.pytest_plugin import phone, simulation, sms, webhooks, whatsapp
from local.vonage.server import Vonage, running
from tests.vonage.customer import Customer

__all__ = ["phone", "simulation", "sms", "webhooks", "whatsapp"]


@pytest.fixture
def vonage() -> Iterator[Vonage]:
    with running(Account.seeded(seed=1)) as simulator:
        yield simulator


@pytest.fixture
def api(vonage: Vonage) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=vonage.url, auth=vonage.credentials) as client:
        yield client


@pytest.fixture
def customer(vonage: Vonage) -> Iterator[Customer]:
    with Customer.serving(vonage) as endpoint:
        yield endpoint
