"""Test an IVR in five lines: `pytest_plugins = ["vonage_simulator.testing.pytest_plugin"]` in a conftest.

    def test_caller_reaches_sales(phone):
        call = phone.dial("447700900000")
        call.hears("Welcome")
        call.presses("1")
        call.is_connected_to("447700900999")

Handlers run in this process, in milliseconds. With `pytest --stage` the same tests go through the stack
that `make up` deployed into the embedded AWS. To test other handlers, override the fixture `webhooks`.
"""

import contextlib
import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from vonage_simulator.account.account import Account
from vonage_simulator.switches import Switches
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import Simulation, calling, calling_stage
from vonage_simulator.testing.texting import Texting

if TYPE_CHECKING:
    from local.state import State

FUNCTIONS = ("answer", "fallback", "event", "inbound", "status")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--stage`."""
    parser.addoption("--stage", action="store_true", help="call the stack that `make up` deployed")


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    """The Lambda handlers under test, by the last part of their route; override it for others."""
    return {name: importlib.import_module(f"functions.{name}.app").lambda_handler for name in FUNCTIONS}


@pytest.fixture
def switches() -> Switches:
    """How the simulator behaves where Vonage's behaviour is not certain; override it to try the others."""
    return Switches()


@pytest.fixture
def simulation(request: pytest.FixtureRequest, switches: Switches) -> Iterator[Simulation]:
    """The simulated Vonage that calls the handlers, or with `--stage` the deployed stack."""
    if not request.config.getoption("--stage", default=False):
        webhooks = request.getfixturevalue("webhooks")
        with calling(webhooks, switches) as simulated:
            yield simulated
        return
    from local import state

    with calling_what_is_up(state.load(), switches) as simulated:
        yield simulated


@contextlib.contextmanager
def calling_what_is_up(running: "State", switches: Switches) -> Iterator[Simulation]:
    """Call and write to the stack that `make up` deployed, at its own address, as its flows know it."""
    from local import gateway, up

    def sent_to(number: str) -> list[str]:
        listed = httpx.get(f"{running.vonage_url}/_simulator/messages", trust_env=False).json()["messages"]
        sent = [message for message in listed if message["direction"] == "outbound"]
        return [message["words"] for message in sent if message["body"]["to"] == number]

    account = Account.seeded(
        api_key=running.api_key, signature_secret=running.signature_secret, switches=switches
    )
    own_address = up.stage_of(running).outputs()["WebhookUrl"]
    transport = gateway.EmbeddedGateway(running.aws_url)
    with calling_stage(own_address, account, sent_to, transport) as simulated:
        yield simulated


@pytest.fixture
def phone(simulation: Simulation) -> Iterator[Phone]:
    """A caller's telephone; whatever it left open is hung up after the test."""
    telephone = Phone(simulation.vonage)
    yield telephone
    telephone.hang_up_everything()


@pytest.fixture
def sms(simulation: Simulation) -> Texting:
    """A customer who writes by SMS."""
    return Texting(simulation)


@pytest.fixture
def whatsapp(simulation: Simulation) -> Texting:
    """A customer who writes by WhatsApp."""
    return Texting(simulation, "whatsapp")
