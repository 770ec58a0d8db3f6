"""The operator's commands, against a deployed stack."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from switchboard.reach import documents
from switchboard.reach.people import pseudonym

from local import aws
from local.stage import Stage
from operate import orphans, provisioner, queues, replay
from operate.errors import OperatorError
from operate.kept import people, timeline
from operate.logs import command as logs
from operate.stack import Stack
from tests import projects
from tests.e2e.conftest import wait_until
from vonage_simulator.vonage import Vonage

pytestmark = pytest.mark.e2e

CALLER = "447700900112"  # nobody else's: what is known of them is counted, and erased
SMS = {"channel": "sms", "message_type": "text", "to": "447700900111", "from": "447700900000"}


@pytest.fixture
def stack(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stack:
    for name, value in {**aws.root_user(stage.aws_url), "AWS_ENDPOINT_URL": stage.aws_url}.items():
        monkeypatch.setenv(name, value)
    return Stack(stage.stack_name)


@pytest.fixture
def call(stage: Stage, vonage: Vonage, stack: Stack) -> str:
    """A call that went through the stack; its conversation_uuid."""
    number = stage.outputs()["LinkedNumbers"].split(",")[0]
    outcome = vonage.engine.run(vonage.lines.call_in(CALLER, number))
    wait_until(lambda: completed(stack, outcome.call))
    return outcome.call


@pytest.fixture
def bus_queue(stack: Stack) -> Iterator[Callable[[], list[dict[str, str]]]]:
    """A queue that hears everything on the bus; call it for what it has heard."""
    sqs, events = boto3.client("sqs"), boto3.client("events")
    url = sqs.create_queue(QueueName="hears-the-bus")["QueueUrl"]
    bus, arn = stack.id_of("EventBus"), f"arn:aws:sqs:{aws.REGION}:{aws.ACCOUNT_ID}:hears-the-bus"
    events.put_rule(Name="hears", EventBusName=bus, EventPattern='{"source": [{"prefix": "vonage."}]}')
    events.put_targets(Rule="hears", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])

    def heard() -> list[dict[str, str]]:
        received = []
        while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            received += [json.loads(message["Body"]) for message in batch]
        return received

    yield heard
    events.remove_targets(Rule="hears", EventBusName=bus, Ids=["queue"])
    events.delete_rule(Name="hears", EventBusName=bus)
    sqs.delete_queue(QueueUrl=url)


def completed(stack: Stack, call: str) -> bool:
    try:
        return [event["name"] for event in timeline.read(stack, call)].count("voice.completed") == 2
    except OperatorError:
        return False


def depth(url: str) -> int:
    found = boto3.client("sqs").get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


def test_unknown_stage_is_refused_with_those_that_exist() -> None:
    with pytest.raises(OperatorError, match="ENV=default ENV=dev ENV=prod"):
        Stack.of_stage("staging")


@pytest.mark.usefixtures("stack")
def test_stack_that_is_not_there_is_explained() -> None:
    with pytest.raises(OperatorError, match="There is no stack nowhere"):
        Stack("nowhere").id_of("EventQueue")


def test_history_is_the_whole_timeline(stack: Stack, call: str) -> None:
    exported = json.loads(timeline.export(stack, call))

    assert exported["state"] == "completed"
    assert {event["name"] for event in exported["events"]} >= {"voice.started", "voice.answered"}
    assert exported["events"][0]["payload"]["from"] == CALLER


def test_history_of_a_number_is_every_timeline_that_it_occurs_in(stack: Stack, call: str) -> None:
    exported = json.loads(timeline.export_of(stack, CALLER))

    assert call in [story["subject"] for story in exported]
    assert all(CALLER in json.dumps(story) for story in exported)
    assert json.loads(timeline.export_of(stack, "447700900555")) == []


def test_logs_of_a_call_are_those_of_every_function_that_met_it(stack: Stack, call: str) -> None:
    def functions() -> set[str]:
        return {line.function for line in logs.lines(stack, call=call)}

    wait_until(lambda: functions() == {"Answer", "Event", "Record"})
    assert all(CALLER not in line.text for line in logs.lines(stack, call=call))


def test_logs_of_no_function_are_refused_with_those_that_exist(stack: Stack) -> None:
    with pytest.raises(OperatorError, match="Answer"):
        logs.lines(stack, function="Anwser")


def test_replay_of_a_call_puts_its_events_on_the_bus_and_into_no_command(
    stack: Stack, call: str, bus_queue: Callable[[], list[dict[str, str]]]
) -> None:
    count = replay.call(stack, call)

    heard = bus_queue()
    assert count == len(heard) == len(timeline.read(stack, call))
    assert {event["source"] for event in heard} == {"vonage.voice"}
    assert depth(stack.id_of("BusCommandQueue")) == 0


def test_replay_of_a_stretch_without_an_archive_is_explained(stack: Stack) -> None:
    with pytest.raises(OperatorError, match="no EventArchive"):
        replay.stretch(stack, datetime(2026, 11, 23, 8, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC))


def test_redriven_event_is_recorded(stack: Stack) -> None:
    event = {
        "id": "e" * 64, "name": "voice.answered", "received_at": 1795420800.0,
        "subject": "CON-redriven", "payload": {"timestamp": "2026-11-23T08:00:00.000Z"},
    }  # fmt: skip
    dead = stack.id_of("EventDeadLetterQueue")
    boto3.client("sqs").send_message(
        QueueUrl=dead,
        MessageBody=json.dumps(event),
        MessageGroupId="CON-redriven",
        MessageDeduplicationId="1",
    )

    assert queues.redrive(stack, "events").moved == 1

    wait_until(lambda: depth(dead) == 0)
    assert queues.redrive(stack, "events").moved == 0
    wait_until(lambda: "CON-redriven" in json.dumps(scanned(stack)))


def test_redriven_command_that_was_rejected_is_carried_out_anew(stack: Stack, vonage: Vonage) -> None:
    """A flow's, and one that another stack put on the bus."""
    dead = {"CommandDeadLetterQueue": "Again", "BusCommandDeadLetterQueue": "And again"}
    for number, (queue, text) in enumerate(dead.items()):
        identity, url = f"redriven-{number}", stack.id_of(queue)
        command = {"id": identity, "name": "messages.send", "detail": {**SMS, "text": text}}
        # Other tests have commands rejected, too.
        boto3.client("sqs").purge_queue(QueueUrl=url)
        boto3.client("dynamodb").put_item(
            TableName=stack.id_of("Timeline"),
            Item={
                "pk": {"S": f"COMMAND#{identity}"}, "sk": {"S": "progress"}, "progress": {"S": "rejected"},
                "since": {"N": "0"}, "result": {"S": f'{{"id": "{identity}", "outcome": "rejected"}}'},
            },
        )  # fmt: skip
        fifo = {"MessageGroupId": identity, "MessageDeduplicationId": "1"} if url.endswith(".fifo") else {}
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(command), **fifo)  # type: ignore[arg-type]

    assert queues.redrive(stack, "commands").moved == len(dead)

    for text in dead.values():
        sent = f'"text": "{text}"'
        wait_until(lambda sent=sent: any(sent in json.dumps(entry) for entry in vonage.journal.entries()))  # type: ignore[misc]


def test_undelivered_command_goes_back_to_the_bus(stack: Stack, vonage: Vonage) -> None:
    event = {"source": "shop", "detail-type": "messages.send", "detail": {**SMS, "text": "Delivered"}}
    boto3.client("sqs").send_message(
        QueueUrl=stack.id_of("UndeliveredCommandQueue"), MessageBody=json.dumps(event)
    )

    assert queues.redrive(stack, "undelivered") == queues.Redriven(moved=1)

    wait_until(lambda: any('"Delivered"' in json.dumps(entry) for entry in vonage.journal.entries()))


def test_event_that_could_not_be_decrypted_stays_and_stops_no_other(stack: Stack, vonage: Vonage) -> None:
    encrypted = {
        "source": "aws.events", "detail-type": "Encrypted Events",
        "detail": {"kms-key-arn": "arn:aws:kms:…", "encrypted-payload": "AgR4qiru"},
    }  # fmt: skip
    command = {"source": "shop", "detail-type": "messages.send", "detail": {**SMS, "text": "Beside it"}}
    queue = stack.id_of("UndeliveredCommandQueue")
    for event in (encrypted, command):
        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(event))

    try:
        redriven = queues.redrive(stack, "undelivered")

        assert (redriven.moved, len(redriven.left)) == (1, 1)
        wait_until(lambda: any('"Beside it"' in json.dumps(entry) for entry in vonage.journal.entries()))
        found = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])
        hidden = int(found["Attributes"]["ApproximateNumberOfMessagesNotVisible"])
        assert depth(queue) + hidden == 1
    finally:
        boto3.client("sqs").purge_queue(QueueUrl=queue)


@pytest.mark.usefixtures("call")
def test_erased_number_is_nowhere_in_the_timeline_and_others_stay(
    stack: Stack, stage: Stage, vonage: Vonage, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = stage.outputs()["LinkedNumbers"].split(",")[0]
    other = vonage.engine.run(vonage.lines.call_in("447700900222", number)).call
    wait_until(lambda: completed(stack, other))

    monkeypatch.setenv("AWS_REGION", aws.REGION)
    monkeypatch.setenv("SWITCHBOARD_PEOPLE_TABLE_NAME", stack.id_of(people.TABLE))
    documents.change(pseudonym(CALLER, people.key_of_pseudonyms(stack)), {"name": "Ada"})
    assert json.loads(timeline.export_of(stack, CALLER))[-1]["document"] == {"name": "Ada"}

    counted = timeline.erase(stack, CALLER, confirmed=False)
    assert counted
    assert CALLER in json.dumps(scanned(stack))
    assert timeline.erase(stack, CALLER, confirmed=True) == counted

    assert CALLER not in json.dumps(scanned(stack))
    assert people.remembered(stack, CALLER) is None
    assert timeline.read(stack, other)
    documents._dynamodb().close()


@pytest.mark.usefixtures("call")
def test_number_is_searched_for_as_it_stands(stack: Stack) -> None:
    assert timeline.erase(stack, CALLER, confirmed=False)
    assert timeline.erase(stack, "4477.*", confirmed=False) == 0


def test_provisioner_s_actions_are_asked_and_shown(stack: Stack) -> None:
    plan, drift = provisioner.ask(stack, "plan"), provisioner.ask(stack, "check")

    assert provisioner.is_well(plan)
    assert provisioner.is_well(drift)
    assert provisioner.render(drift).count("✓") == 2


def test_drift_is_shown_and_repaired(stack: Stack, vonage: Vonage, stage: Stage) -> None:
    number = stage.outputs()["LinkedNumbers"].split(",")[0]
    linked = vonage.account.numbers[number].pop("app_id")

    report = provisioner.ask(stack, "check")
    assert not provisioner.is_well(report)
    assert "NUMBER_UNLINKED" in provisioner.render(report)
    assert provisioner.is_well(provisioner.ask(stack, "check", repair=True))

    assert vonage.account.numbers[number]["app_id"] == linked


def test_failing_action_is_an_error_with_a_next_step(stack: Stack) -> None:
    with pytest.raises(OperatorError, match="There is no resource 'Nothing'"):
        provisioner.ask(stack, "plan", resource="Nothing")


@pytest.fixture
def vonage_url(vonage: Vonage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VONAGE_API_URL", vonage.url)


@pytest.mark.usefixtures("stack", "vonage_url")
def test_application_of_a_living_stack_is_no_orphan(stage: Stage) -> None:
    application = stage.outputs()["ApplicationId"]

    assert application not in [orphan.application_id for orphan in orphans.find()]
    with pytest.raises(OperatorError, match="isn't an orphan"):
        orphans.delete(application)


@pytest.mark.usefixtures("stack", "vonage_url")
def test_orphan_is_found_and_deleted_only_with_its_own_key(stage: Stage, vonage: Vonage) -> None:
    ours = stage.outputs()["ApplicationId"]
    ssm = boto3.client("ssm")
    record = {
        "type": "Custom::VonageApplication", "application_id": ours, "public_key": "another",
        "stack_id": f"arn:aws:cloudformation:{aws.REGION}:{aws.ACCOUNT_ID}:stack/gone/1",
        "properties": {"CredentialsSecret": "switchboard/vonage"},
    }  # fmt: skip
    ssm.put_parameter(Name="/switchboard/resources/gone.App", Value=json.dumps(record), Type="String")
    assert [(each.stack, each.application_id) for each in orphans.find()] == [("gone", ours)]

    with pytest.raises(OperatorError, match="another key"):
        orphans.delete(ours)
    assert ours in vonage.account.applications
    ssm.delete_parameter(Name="/switchboard/resources/gone.App")


@pytest.fixture
def typed(stack: Stack, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Types a command in a copy of the project whose stage `tests` is the stack."""
    settings = projects.SAMCONFIG.read_text()
    projects.copy(tmp_path, f'{settings}\n[tests.global.parameters]\nstack_name = "{stack.name}"\n')

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "operate", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_commands_tell_scripts_by_their_exit_status_and_json(
    typed: Callable[..., subprocess.CompletedProcess[str]], call: str
) -> None:
    history = typed("history", "--env", "tests", "--call", call)
    logs_of_call = typed("logs", "--env", "tests", "--call", call, "--json")
    plan = typed("plan", "--env", "tests", "--json=true")
    nowhere = typed("redrive", "--queue", "events")

    assert (history.returncode, json.loads(history.stdout)["subject"]) == (0, call)
    assert logs_of_call.returncode == 0
    lines = [json.loads(line) for line in logs_of_call.stdout.splitlines()]
    assert {line["function"] for line in lines} >= {"Answer", "Event"}
    assert (plan.returncode, len(json.loads(plan.stdout)["resources"])) == (0, 2)
    assert (nowhere.returncode, nowhere.stdout) == (1, "")
    assert nowhere.stderr.startswith("There is no stack switchboard in this account and Region.\n")


def scanned(stack: Stack) -> list[object]:
    return list(boto3.client("dynamodb").scan(TableName=stack.id_of("Timeline"))["Items"])
