"""Lambda takes code and layers in two calls: for a moment a live function has one of each release.

So flows import public names alone, which either layer has, and a worker that cannot be loaded has touched
nothing, so that SQS gives its messages again. docs/adr/0015-no-alias.md has the reasons.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from switchboard.timeline import events as timeline
from switchboard.wire.validate import ncco_problems

from operate.paths import ROOT
from tests.e2e import releases
from tests.factories import batch, webhook_event
from tests.fakes.backbone import COMMANDS, QUEUE
from tests.fakes.stores import Aws, Json
from tests.fakes.vonage_api import VonageApi
from tests.projects import shipped
from tests.samples import WEBHOOKS, payloads, sample, webhook_of

FLOWS = [webhook for webhook in WEBHOOKS if webhook != "fallback"]  # which has no layer
# What the layer of 0.1 reads: variables and layers change in one call.
OF_0_1 = {"SWITCHBOARD_CREDENTIALS_SECRET": "switchboard/vonage-signature"}
RUN = """
import importlib.util, json, sys
given, sys.stdout = sys.stdout, sys.stderr  # the functions' own lines
answers = []
for path, events in json.load(sys.stdin):
    spec = importlib.util.spec_from_file_location("app", path)
    app = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(app)
    answers.append([app.lambda_handler(event, None) for event in events])
given.write(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the newest released version."""
    commit = releases.newest()
    if commit is None:
        pytest.skip("git knows no release but what is checked out")
    return releases.unpack(commit, tmp_path_factory.mktemp("release")).parent


@pytest.fixture(params=["its code, our layer", "our code, its layer"])
def mixed(request: pytest.FixtureRequest, release: Path) -> tuple[Path, Path]:
    """Whose code, and whose layer."""
    ours = shipped()
    return (release, ours) if request.param == "its code, our layer" else (ours, release)


def start(layer: Path, given: dict[Path, list[Json]]) -> subprocess.CompletedProcess[bytes]:
    """Have functions handle events, each in turn, with the layer of a release."""
    layers = {"PYTHONPATH": str(layer / "layers" / "switchboard"), "PYTHONDONTWRITEBYTECODE": "1"}
    # Release 0.1 has the signature secret in the account's own; layers and variables come together.
    layers["SWITCHBOARD_CREDENTIALS_SECRET"] = os.environ["SWITCHBOARD_SIGNATURE_SECRET"]
    return subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps([(str(folder / "app.py"), events) for folder, events in given.items()]).encode(),
        env={**os.environ, **layers, **OF_0_1, "FORWARD_TO": "447700900999"},
        capture_output=True,
        check=False,
    )


def start_worker(layer: Path, worker: Path, event: Json) -> None:
    """Have a worker handle an event. One that cannot be loaded with this layer has said so."""
    assert (worker / "app.py").exists()
    done = start(layer, {worker: [event]})
    last_line = done.stderr.decode().strip().rpartition("\n")[2]
    assert done.returncode == 0 or last_line.startswith(("ImportError:", "ModuleNotFoundError:")), done.stderr


def run(layer: Path, given: dict[Path, list[Json]]) -> dict[Path, list[Json]]:
    """What they answer."""
    done = start(layer, given)
    assert done.returncode == 0, done.stderr.decode()
    return dict(zip(given, json.loads(done.stdout), strict=True))


def received(*folders: Path) -> dict[Path, list[Json]]:
    """What Vonage sends to the flows in folders that are named after their webhooks: every sample."""
    return {
        folder: [
            webhook_event(folder.name, sample(name)) for name in payloads() if webhook_of(name) == folder.name
        ]
        for folder in folders
    }


def worker(release: Path, name: str) -> Path:
    """The folder of a worker. Release 0.1 had them among the flows."""
    folder = release / "workers" / name
    return folder if folder.exists() else release / "functions" / name


def queued(aws: Aws) -> list[Json]:
    """The events in the event queue."""
    return [json.loads(message["MessageBody"]) for message in aws.queues[QUEUE]]


def commands(aws: Aws) -> list[Json]:
    """The commands in the command queue, but for an e-mail's subject: 0.1 gave none to a reply."""
    found = [json.loads(message["MessageBody"]) for message in aws.queues[COMMANDS]]
    for command in found:
        command["detail"].pop("email", None)
    return found


def test_flow_runs_with_the_other_layer_and_what_it_queues_is_recorded_by_the_other_worker(
    mixed: tuple[Path, Path], release: Path, backbone: Aws
) -> None:
    code, layer = mixed
    given = received(
        *(code / "functions" / name for name in FLOWS if (release / "functions" / name).exists())
    )

    answers = run(layer, given)

    assert {answer["statusCode"] for of_one in answers.values() for answer in of_one} <= {200, 204}
    nccos = [json.loads(answer["body"]) for answer in answers[code / "functions" / "answer"]]
    assert [problem for ncco in nccos for problem in ncco_problems(ncco)] == []
    events = queued(backbone)
    assert len(events) == sum(map(len, given.values())) - len(nccos)

    recording = worker(code, "record")
    batches = [batch(*events[start : start + 10]) for start in range(0, len(events), 10)]
    assert run(code, {recording: batches}) == {recording: [{"batchItemFailures": []}] * len(batches)}

    assert len(backbone.tables["timeline"]) == len(backbone.events) == len(events)


def answered(answers: dict[Path, list[Json]]) -> dict[Path, list[Json]]:
    """What they answer, but for the address of our own event webhook: 0.1 wrote nobody's name into it."""
    for answer in (each for of_one in answers.values() for each in of_one if each.get("body")):
        answer["body"] = json.loads(answer["body"])
        for action in answer["body"]:
            if str(action.get("eventUrl", [""])[0]).partition("?")[0].endswith("/webhooks/event"):
                del action["eventUrl"]
    return answers


def test_flow_that_a_user_wrote_for_the_release_answers_as_it_did(release: Path, backbone: Aws) -> None:
    given = received(*sorted(app.parent for app in (release / "examples").rglob("app.py")))
    before = answered(run(release, given)), commands(backbone)
    backbone.queues[COMMANDS].clear()
    backbone.sent.clear()

    assert (answered(run(ROOT, given)), commands(backbone)) == before
    assert commands(backbone)


def test_event_is_recorded_once_where_a_worker_between_the_releases_had_it_first(
    mixed: tuple[Path, Path], backbone: Aws
) -> None:
    code, layer = mixed
    event = {"id": "e-1", "name": "voice.answered", "received_at": 1.0, "subject": "CON-1", "payload": {}}

    start_worker(layer, worker(code, "record"), batch(event))
    run(ROOT, {worker(ROOT, "record"): [batch(event)]})

    assert [entry["id"] for entry in timeline.read("CON-1")] == ["e-1"]
    assert len(backbone.events) == 1


def test_command_is_carried_out_once_where_a_worker_between_the_releases_had_it_first(
    mixed: tuple[Path, Path], vonage: VonageApi
) -> None:
    code, layer = mixed

    start_worker(layer, worker(code, "outbound"), batch(sample("command_sms_text")))
    run(ROOT, {worker(ROOT, "outbound"): [batch(sample("command_sms_text"))]})

    assert len(vonage.requests) == 1
