"""Test an IVR in five lines; pytest finds this by itself, where the project is installed, as `make` does.

    def test_caller_reaches_sales(phone):
        call = phone.dial("447700900000")
        call.hears("Welcome")
        call.presses("1")
        call.is_connected_to("447700900999")

A flow that raises, is late or returns what can't be used fails the test, and so does an NCCO that Vonage
would refuse; a test that means it is marked `flows_may_fail`. What is only doubtful is a `DoubtfulWarning`.

A file with a call script is a test, too, when its name ends with `.call.yaml`.

Handlers run in this process, in milliseconds. To test others, override the fixture `webhooks`. A plugin that
implements `pytest_vonage_simulation` lets the same tests call webhooks that are deployed.

Every run of pytest loads this module, so it imports the rest when a test asks for it.
"""

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest

from vonage_simulator.testing.doubts import DoubtfulWarning

if TYPE_CHECKING:
    from pathlib import Path

    from vonage_simulator.switches import Switches
    from vonage_simulator.testing.handlers import Handler, Rule
    from vonage_simulator.testing.phone import Phone
    from vonage_simulator.testing.simulation import Simulation
    from vonage_simulator.testing.texting import Texting

MAY_FAIL = "flows_may_fail"
WARNING = f"{DoubtfulWarning.__module__}.{DoubtfulWarning.__qualname__}"
FUNCTIONS = ("answer", "fallback", "event", "inbound", "status", "verify")


class Hooks:
    """What other plugins may implement."""

    @pytest.hookspec(firstresult=True)
    def pytest_vonage_simulation(
        self, config: pytest.Config, switches: "Switches"
    ) -> "AbstractContextManager[Simulation] | None":
        """Where the calls of a test go: what `calling_stage` gives; None leaves it to others."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let other plugins say where calls go."""
    pluginmanager.add_hookspecs(Hooks)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and let no general `error` make failures of doubts."""
    config.addinivalue_line("markers", f"{MAY_FAIL}: the test is about flows that fail; that doesn't fail it")
    if not any(WARNING in line for line in config.getini("filterwarnings")):
        config.addinivalue_line("filterwarnings", f"default::{WARNING}")


def pytest_collect_file(file_path: "Path", parent: pytest.Collector) -> pytest.Collector | None:
    """Let call scripts be tests."""
    if not file_path.name.endswith(".call.yaml"):
        return None
    from vonage_simulator.testing.call_script import CallScript

    return CallScript.from_parent(parent, path=file_path)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """When a test has gone well, look at what its flows did."""
    result = yield
    if "simulation" in pyfuncitem.funcargs:
        _look_at_flows(pyfuncitem)
    return result


def _look_at_flows(test: pytest.Function) -> None:
    from vonage_simulator.testing import verdict
    from vonage_simulator.testing.phone import Phone
    from vonage_simulator.testing.simulation import Simulation

    if isinstance(telephone := test.funcargs.get("phone"), Phone):
        telephone.hang_up_everything()  # what happens at the end is the test's, too
    if isinstance(simulated := test.funcargs["simulation"], Simulation):
        verdict.warn(simulated.vonage, test.path, test.location[1] or 0)
        if not test.get_closest_marker(MAY_FAIL):
            verdict.check(simulated.vonage)


@pytest.fixture
def webhooks() -> "dict[str, Handler]":
    """The Lambda handlers under test, by the last part of their route; override it for others."""
    from vonage_simulator.testing.flows import handler_of

    return {name: handler_of(name) for name in FUNCTIONS}


@pytest.fixture
def rules() -> "dict[str, Rule]":
    """Handlers of the event bus, by the events' detail-type (`voice.completed`, `voice.*`); override it."""
    return {}


@pytest.fixture
def tables() -> dict[str, tuple[str, ...]]:
    """DynamoDB tables that functions use, with the names of their keys: `{"visits": ("number",)}`."""
    return {}


@pytest.fixture
def stage_settings(pytestconfig: pytest.Config) -> dict[str, object]:
    """What `settings` gives flows: what app/settings/test.json says, or settings/test.json; override it."""
    import json

    files = [pytestconfig.rootpath / folder / "test.json" for folder in ("app/settings", "settings")]
    found: dict[str, object] = next((json.loads(file.read_text()) for file in files if file.exists()), {})
    return found


@pytest.fixture
def secrets() -> dict[str, str]:
    """What `secret` gives flows, by its name: `{"crm": "anything"}`; override it."""
    return {}


@pytest.fixture
def switches() -> "Switches":
    """How the simulator behaves where Vonage's behaviour is not certain; override it to try the others."""
    from vonage_simulator.switches import Switches

    return Switches()


@pytest.fixture
def simulation(request: pytest.FixtureRequest, switches: "Switches") -> "Iterator[Simulation]":
    """The simulated Vonage that calls the handlers, or what another plugin says."""
    from vonage_simulator.testing.simulation import calling

    elsewhere = request.config.hook.pytest_vonage_simulation(config=request.config, switches=switches)
    if elsewhere is None:
        webhooks, rules, tables = map(request.getfixturevalue, ("webhooks", "rules", "tables"))
        settings, secrets = map(request.getfixturevalue, ("stage_settings", "secrets"))
        elsewhere = calling(webhooks, switches, rules, tables, settings=settings, secrets=secrets)
    with elsewhere as simulated:
        yield simulated


@pytest.fixture
def phone(simulation: "Simulation") -> "Iterator[Phone]":
    """A caller's telephone; whatever it left open is hung up after the test."""
    from vonage_simulator.testing.phone import Phone
    from vonage_simulator.testing.verdict import not_done

    telephone = Phone(simulation.vonage, not_done=lambda: not_done(simulation))
    yield telephone
    telephone.hang_up_everything()


@pytest.fixture
def sms(simulation: "Simulation") -> "Texting":
    """A customer who writes by SMS."""
    from vonage_simulator.testing.texting import Texting

    return Texting(simulation)


@pytest.fixture
def email(simulation: "Simulation") -> "Texting":
    """A customer who writes e-mail."""
    from vonage_simulator.testing.texting import Texting

    return Texting(simulation, "email", "alice@example.com")


@pytest.fixture
def whatsapp(simulation: "Simulation") -> "Texting":
    """A customer who writes by WhatsApp."""
    from vonage_simulator.testing.texting import Texting

    return Texting(simulation, "whatsapp")
