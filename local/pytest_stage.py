"""A pytest plugin: with `--stage`, tests call the stack that `make up` deployed.

The tests are those that otherwise call handlers in their own process: this says to
`vonage_simulator.testing.pytest_plugin` where the calls go. The conftest.py of this repository loads it.
"""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from local.state import State
    from vonage_simulator.switches import Switches
    from vonage_simulator.testing.simulation import Simulation

RUNNING = pytest.StashKey["State"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--stage`."""
    parser.addoption("--stage", action="store_true", help="call the stack that `make up` deployed")


def pytest_configure(config: pytest.Config) -> None:
    """Find what is running, before the first test asks for it."""
    if not config.getoption("--stage"):
        return
    from local import state
    from operate.errors import OperatorError

    try:
        config.stash[RUNNING] = state.load()
    except OperatorError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave call scripts to `make call`: what a stage sends is seen by its own simulated Vonage alone."""
    if RUNNING in config.stash:
        for item in items:
            if item.path.suffix == ".yaml":
                item.add_marker(pytest.mark.skip(f"on the stage: make call SCRIPT={item.path}"))


@pytest.hookimpl(optionalhook=True)
def pytest_vonage_simulation(
    config: pytest.Config, switches: "Switches"
) -> "AbstractContextManager[Simulation] | None":
    """Send the calls of a test to the stage."""
    running = config.stash.get(RUNNING, None)
    return calling_what_is_up(running, switches) if running else None


@contextlib.contextmanager
def calling_what_is_up(running: "State", switches: "Switches") -> Iterator["Simulation"]:
    """Call and write to the stack that `make up` deployed, at its own address, as its flows know it."""
    import httpx

    from local import gateway, up
    from vonage_simulator.account.account import Account
    from vonage_simulator.testing.simulation import calling_stage

    def sent_to(number: str) -> list[str]:
        listed = httpx.get(f"{running.vonage_url}/_simulator/messages", trust_env=False).json()["messages"]
        sent = [message for message in listed if message["direction"] == "outbound"]
        return [message["words"] for message in sent if message["body"]["to"] == number]

    account = Account.seeded(
        api_key=running.api_key, signature_secret=running.signature_secret, switches=switches
    )
    outputs = up.stage_of(running).outputs()
    transport = gateway.EmbeddedGateway(running.aws_url)
    with calling_stage(
        outputs["WebhookUrl"],
        account,
        sent_to,
        transport,
        fallback_url=outputs["FallbackUrl"],
        application_id=running.application_id,
    ) as simulated:
        yield simulated
