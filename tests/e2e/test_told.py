"""What a function does that answers nobody reaches the simulated Vonage's journal."""

import io
import json
import zipfile
from collections.abc import Iterator

import pytest

from local import aws, service, template
from operate import paths
from tests.e2e.conftest import wait_until
from vonage_simulator.server import running
from vonage_simulator.types import Json

FAILS = "def lambda_handler(event, context):\n    raise KeyError('whom to tell')\n"
SAYS = """def lambda_handler(event, context):
    return {"headers": {"switchboard-outcomes": '[{"name": "Ended", "severity": "INFO"}]'}}
"""
LEG = {"conversation_uuid": "CON-1", "uuid": "leg", "status": "completed"}


@pytest.fixture
def told() -> Iterator[tuple[str, list[Json]]]:
    """An embedded AWS, and the entries of the journal that it tells."""
    port = service.free_port()
    log = paths.LOGS / f"aws-tests-{port}.log"
    with running() as vonage:
        embedded = aws.start(port, log, vonage.url)
        entries: list[Json] = []
        vonage.journal.listen(entries.append)
        yield embedded.url, entries
        service.stop(embedded)
    log.unlink()


@pytest.mark.parametrize(
    ("code", "outcome", "status"),
    [
        (FAILS, {"name": "FlowFailed", "severity": "ERROR", "raised": "KeyError: 'whom to tell'"}, 500),
        (SAYS, {"name": "Ended", "severity": "INFO"}, 200),
    ],
    ids=["fails", "says so"],
)
def test_what_the_bus_starts_is_told_and_what_is_answered_is_not(
    told: tuple[str, list[Json]], code: str, outcome: dict[str, object], status: int
) -> None:
    url, entries = told
    client = aws.session(url).client("lambda", endpoint_url=url)
    with zipfile.ZipFile(archive := io.BytesIO(), "w") as made:
        made.writestr("app.py", code)
    iam = aws.session(url).client("iam", endpoint_url=url)
    role = iam.create_role(RoleName="any", AssumeRolePolicyDocument="{}")
    name = "switchboard-AnswerFunction-1"
    client.create_function(
        FunctionName=name,
        Role=role["Role"]["Arn"],
        Runtime=f"python{template.python()}",  # type: ignore[arg-type]  # the emulator's own
        Handler="app.lambda_handler",
        Code={"ZipFile": archive.getvalue()},
    )
    notice = {"detail-type": "voice.completed", "detail": {"payload": LEG}}
    for event in ({"version": "2.0"}, notice):
        client.invoke(FunctionName=name, Payload=json.dumps(event).encode())

    wait_until(lambda: bool(entries))
    (entry,) = entries
    assert (entry["webhook"], entry["call"], entry["event"]) == ("told", "CON-1", "voice.completed")
    assert entry["response"] == {"status": status, "body": None}
    (found,) = entry["outcomes"]
    assert {member: found[member] for member in outcome} == outcome
