"""A simulator per test, a client of it, and a customer's webhook endpoint."""

from collections.abc import Iterator
from pathlib import Path

# httpx remembers its exceptions: a test that runs pytest in this process would leave it those of a copy.
import httpcore  # noqa: F401
import httpx
import pytest

from tests.vonage_simulator.bot import Bot, listening
from tests.vonage_simulator.customer import Customer, client_of
from vonage_simulator.account.account import Account
from vonage_simulator.server import running
from vonage_simulator.vonage import Vonage


@pytest.fixture
def vonage() -> Iterator[Vonage]:
    with running(Account.seeded(seed=1)) as simulator:
        yield simulator


@pytest.fixture
def api(vonage: Vonage) -> Iterator[httpx.Client]:
    with client_of(vonage, auth=vonage.credentials) as client:
        yield client


@pytest.fixture
def customer(vonage: Vonage) -> Iterator[Customer]:
    with Customer.serving(vonage) as endpoint:
        yield endpoint


@pytest.fixture
def bot() -> Iterator[Bot]:
    with listening(Bot()) as server:
        yield server


@pytest.fixture(autouse=True)
def only_this_machine(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
