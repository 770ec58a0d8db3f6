"""A call script as a test: pytest runs each `*.call.yaml`, on the flows of the tests beside it."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from vonage_simulator.origin.origin import HOST, listening, serving
from vonage_simulator.server import origin
from vonage_simulator.testing import script, script_control, script_run
from vonage_simulator.testing.simulation import Simulation

# It waits for no queue: what flows ask for is done while their webhooks are being answered.
PATIENCE_S = 1.0


class CallScript(pytest.File):
    """A file with a call script, which is one test."""

    def collect(self) -> Iterator[pytest.Item]:
        """The test."""
        yield _Followed.from_parent(self, name="script", callobj=_following(self.path))


class _Followed(pytest.Function):
    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.path.name


def _following(path: Path) -> Callable[[Simulation], None]:
    @pytest.mark.flows_may_fail  # the script's own verdict knows which of them may
    def follow(simulation: Simulation) -> None:
        if failure := _failure(path, simulation):
            pytest.fail(failure, pytrace=False)

    return follow


def _failure(path: Path, simulation: Simulation) -> str:
    """The story of a call that didn't go as the script says, or why nobody could follow it; else nothing."""
    told = io.StringIO()
    try:
        wanted = script.read(path)
        with (
            listening(0) as listener,
            serving(origin(simulation.vonage), listener, certificate=None),
            script_control.control_of(f"http://{HOST}:{listener.getsockname()[1]}") as control,
        ):
            passed = script_run.run(wanted, control, Console(file=told), path.name, PATIENCE_S)
    except script.ScriptError as error:
        return str(error)
    return "" if passed else told.getvalue()
