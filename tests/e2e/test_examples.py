"""Every example on a real stage, as shipped, by its own script; other_stacks has those without a flow."""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from rich.console import Console

from local import up
from local.live.reload import Reloader
from local.pytest_stage import calling_what_is_up
from local.stage import Stage
from operate import paths
from tests import projects
from tests.e2e.conftest import wait_until
from vonage_simulator.switches import Switches
from vonage_simulator.testing import script, script_run
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import Simulation, calling
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

EXAMPLES = paths.ROOT / "examples"
# The other one is a stack of its own, without a flow.
SCRIPTS = sorted(
    path
    for path in EXAMPLES.glob("*/*.yaml")
    if path.name != "template.yaml" and [*path.parent.glob("*/app.py")]
)
ASSISTANT = EXAMPLES / "voice_assistant"
ASSISTANT_PORT = 8765
PATIENCE_S = 60

# A function that says what it was given, apart from the token and the body.
SAYING = """
import json

def lambda_handler(event, context):
    event["headers"].pop("authorization")
    said = json.dumps(event | {"body": bool(event["body"])})
    ncco = json.dumps([{"action": "talk", "text": said}])
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": ncco}
"""


@contextmanager
def deployed(stage: Stage, example: Path, scratch: Path) -> Iterator[None]:
    """The shared stack's functions, replaced by the example's as a save replaces them, then put back."""
    functions = {path.parent.name for path in example.glob("*/app.py")}
    shutil.copy(paths.ROOT / "template.yaml", scratch)
    for name in functions:
        shutil.copytree(example / name, scratch / "functions" / name)
    put(stage, scratch, functions)
    try:
        yield
    finally:
        put(stage, projects.shipped(), functions)


def put(stage: Stage, root: Path, functions: set[str]) -> None:
    told: list[tuple[str, str]] = []
    reloader = Reloader(stage.aws_url, stage.stack_name, lambda *what: told.append(what), root)
    reloader.saved({(root / "functions" / name / "app.py").resolve() for name in functions})
    assert [what for what, _ in told] == ["reloaded"], told


@contextmanager
def assistant(vonage: Vonage) -> Iterator[None]:
    """The server that runs beside the stack, at the port that the example's function names."""
    environment = {**os.environ, "VONAGE_SIGNATURE_SECRET": vonage.account.signature_secret}
    command = [sys.executable, "-m", "examples.voice_assistant.assistant"]
    with subprocess.Popen(
        command, cwd=paths.ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    ) as process:
        try:
            wait_until(is_listening)
            assert process.poll() is None, f"port {ASSISTANT_PORT} is somebody else's"
            yield
        finally:
            process.terminate()


def is_listening() -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", ASSISTANT_PORT)):
        return True
    return False


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_example_does_as_shipped_what_its_script_expects(
    stage: Stage, vonage: Vonage, path: Path, tmp_path: Path
) -> None:
    example = path.parent
    wanted, told = script.read(path), io.StringIO()
    beside = assistant(vonage) if example == ASSISTANT else nullcontext()

    with (
        deployed(stage, example, tmp_path),
        beside,
        httpx.Client(base_url=f"{vonage.url}/_simulator", timeout=120, trust_env=False) as control,
    ):
        passed = script_run.run(wanted, control, Console(file=told), path.name, PATIENCE_S)

    assert passed, told.getvalue()


def test_call_of_a_test_on_the_stage_knows_the_address_that_a_flow_gives_to_vonage(
    stage: Stage, tmp_path: Path
) -> None:
    with (
        deployed(stage, EXAMPLES / "voicemail", tmp_path),
        calling_what_is_up(up.state_of(stage, []), Switches()) as simulation,
    ):
        call = Phone(simulation.vonage).dial(simulation.number)
        call.hears("beep")
        call.hangs_up()

        recorded = simulation.vonage.journal.entries(webhook="record")[0]

    address, _, query = recorded["request"]["url"].partition("?")
    assert (address, query[:5]) == (f"{stage.outputs()['WebhookUrl']}/event", "from=")
    assert recorded["response"]["status"] == 204


def test_query_of_an_event_url_comes_back_to_the_stack(stage: Stage, tmp_path: Path) -> None:
    with (
        deployed(stage, EXAMPLES / "menu", tmp_path),
        calling_what_is_up(up.state_of(stage, []), Switches()) as simulation,
    ):
        call = Phone(simulation.vonage).dial(simulation.number)
        call.hears("For sales press 1")
        call.presses("2")
        call.hears("If something is broken")

        pressed = simulation.vonage.journal.entries(webhook="input")[0]

    assert urlsplit(pressed["request"]["url"]).query.startswith("menu=main&mac=")


def test_function_sees_the_same_on_the_stage_as_in_a_test(stage: Stage, tmp_path: Path) -> None:
    example, scratch, namespace = tmp_path / "example", tmp_path / "scratch", dict[str, Any]()
    (example / "answer").mkdir(parents=True)
    (example / "answer" / "app.py").write_text(SAYING)
    scratch.mkdir()
    exec(SAYING, namespace)  # noqa: S102 - what the stage is given, too

    with calling({"answer": namespace["lambda_handler"]}) as simulation:
        here = said(simulation)
    with (
        deployed(stage, example, scratch),
        calling_what_is_up(up.state_of(stage, []), Switches()) as simulation,
    ):
        there = said(simulation)

    for event in (here, there):
        assert event["requestContext"]["domainName"] == event["headers"]["host"]
        assert event["headers"]["x-forwarded-proto"] == "https"
    assert there["headers"]["host"] == urlsplit(stage.outputs()["WebhookUrl"]).hostname
    assert shape(here) == shape(there)


def said(simulation: Simulation) -> Json:
    """What the function was given for a call."""
    Phone(simulation.vonage).dial(simulation.number).hears("rawPath")
    answered = simulation.vonage.journal.entries(webhook="answer")[0]
    given: Json = json.loads(answered["response"]["body"][0]["text"])
    return given


def shape(value: object) -> object:
    """The keys of a JSON value, all the way down, with the types of what they hold."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return type(value)
