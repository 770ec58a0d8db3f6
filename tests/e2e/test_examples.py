"""The voicemail example on a real stage: the address that a flow gives to Vonage comes back to the stack."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.voicemail.event.app import OWNER
from local import up
from local.pytest_stage import calling_what_is_up
from local.reload import Reloader
from local.stage import Stage
from operate import paths
from tests.e2e.conftest import wait_until
from vonage_simulator.switches import Switches
from vonage_simulator.testing.phone import Phone
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

FUNCTIONS = ("functions/answer/app.py", "functions/event/app.py")


@pytest.fixture(scope="module")
def voicemail(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The shared stack's answer and event functions, replaced by the example's as a save replaces them."""
    project = tmp_path_factory.mktemp("voicemail")
    shutil.copy(paths.ROOT / "template.yaml", project)
    for file in FUNCTIONS:
        (project / file).parent.mkdir(parents=True)
        shutil.copy(paths.ROOT / file.replace("functions", "examples/voicemail"), project / file)
    _put(stage, project)
    yield
    _put(stage, paths.ROOT)


def _put(stage: Stage, root: Path) -> None:
    told: list[tuple[str, str]] = []
    reloader = Reloader(stage.aws_url, stage.stack_name, lambda *what: told.append(what), root)
    reloader.saved({root / file for file in FUNCTIONS})
    assert [what for what, _ in told] == ["reloaded"], told


@pytest.mark.usefixtures("voicemail")
def test_recording_s_event_url_reaches_the_stack_and_the_owner_hears_of_it(
    stage: Stage, vonage: Vonage
) -> None:
    number = stage.outputs()["LinkedNumbers"].split(",")[0]
    caller: list[Json] = [
        {"hear": "leave a message"},
        {"hear": "beep"},
        {"say": "Call me back."},
        {"hang_up": True},
    ]

    outcome = vonage.engine.run(vonage.lines.call_in("447700900222", number, caller))

    recorded = vonage.journal.entries(webhook="record", call=outcome.call)[0]
    assert outcome.failure is None
    assert recorded["request"]["url"] == f"{stage.outputs()['WebhookUrl']}/event"
    assert recorded["response"]["status"] == 204
    sent = vonage.mailbox.messages
    wait_until(lambda: any(message.body["to"] == OWNER for message in sent.values()), 60)


@pytest.mark.usefixtures("voicemail")
def test_call_of_a_test_on_the_stage_knows_the_same_address(stage: Stage) -> None:
    with calling_what_is_up(up._state(stage, []), Switches()) as simulation:
        call = Phone(simulation.vonage).dial(simulation.number)
        call.hears("beep")
        call.hangs_up()

        recorded = simulation.vonage.journal.entries(webhook="record")[0]

    assert recorded["response"]["status"] == 204
