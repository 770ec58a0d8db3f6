"""Another stack puts a command on the bus: it is carried out at Vonage, and what became of it is an event."""

import json
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

import boto3
import pytest

from local import aws
from local.stage import Stage
from local.up import CALLEE
from operate.kept import timeline
from operate.stack import Stack
from tests.e2e.conftest import wait_until
from vonage_simulator.messages import inbound
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]

SMS = {
    "channel": "sms",
    "message_type": "text",
    "from": "447700900000",
    "to": "447700900111",
    "text": "From another stack",
}
CALL = {
    "to": [{"type": "phone", "number": CALLEE}],
    "from": {"type": "phone", "number": "447700900000"},
    "ncco": [{"action": "talk", "text": "From another stack"}],
}


def put_command(stage: Stage, name: str, detail: Json) -> str:
    """Put a command on the stack's bus; gives its id."""
    (identity,) = put_commands(stage, name, [detail])
    return identity


def put_commands(stage: Stage, name: str, details: Iterable[Json]) -> list[str]:
    """Put commands on the stack's bus, ten at once, which is as many as it takes; gives their ids."""
    bus, bus_name = (
        aws.session(stage.aws_url).client("events", endpoint_url=stage.aws_url),
        stage.outputs()["EventBusName"],
    )
    known = {"EventBusName": bus_name, "Source": "tests", "DetailType": name}
    entries = [{**known, "Detail": json.dumps(detail)} for detail in details]
    replies = [bus.put_events(Entries=entries[at : at + 10]) for at in range(0, len(entries), 10)]  # type: ignore[arg-type]
    return [entry["EventId"] for reply in replies for entry in reply["Entries"]]


def accepted(vonage: Vonage) -> list[Json]:
    """What Vonage was asked and has accepted, for all tests that share it."""
    entries = vonage.journal.entries(kind="api")
    return [entry["request"].get("body") or {} for entry in entries if entry["response"]["status"] == 202]


def sent(vonage: Vonage) -> Counter[str]:
    """How many times Vonage accepted a message with each text."""
    return Counter(str(each.get("text")) for each in accepted(vonage))


def results(stage: Stage, command_id: str) -> list[Json]:
    """The events in the timeline that say what became of a command."""
    table = aws.session(stage.aws_url).client("dynamodb", endpoint_url=stage.aws_url)
    pages = table.get_paginator("scan").paginate(TableName=stage.outputs()["TimelineTableName"])
    payloads = [
        json.loads(item["payload"]["S"]) for page in pages for item in page["Items"] if "payload" in item
    ]
    return [payload for payload in payloads if payload.get("id") == command_id]


def test_message_is_sent(stage: Stage, vonage: Vonage) -> None:
    command_id = put_command(stage, "messages.send", SMS)

    wait_until(lambda: bool(results(stage, command_id)), 60)
    (result,) = results(stage, command_id)
    asked = [entry["request"].get("body") for entry in vonage.journal.entries(kind="api")]
    assert result["outcome"] == "accepted"
    assert asked.count(SMS | {"client_ref": command_id}) == 1


def test_call_is_placed(stage: Stage) -> None:
    command_id = put_command(stage, "voice.call", CALL)

    wait_until(lambda: bool(results(stage, command_id)), 60)
    assert results(stage, command_id)[0]["outcome"] == "accepted"


def test_message_that_vonage_refuses_is_rejected_with_the_reason(stage: Stage) -> None:
    command_id = put_command(stage, "messages.send", SMS | {"channel": "pigeon"})

    wait_until(lambda: bool(results(stage, command_id)), 60)
    (result,) = results(stage, command_id)
    assert result["outcome"] == "rejected"
    assert "pigeon" in result["reason"]


def test_message_beyond_a_days_limit_is_rejected_and_never_sent(stage: Stage, vonage: Vonage) -> None:
    functions = aws.session(stage.aws_url).client("lambda", endpoint_url=stage.aws_url)
    cloudformation = aws.session(stage.aws_url).client("cloudformation", endpoint_url=stage.aws_url)
    name = Stack(stage.stack_name, client=cloudformation).id_of("OutboundFunction")
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    limited = {**before, "SWITCHBOARD_DAILY_MESSAGES": "1"}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": limited})
    try:
        commands = put_commands(stage, "messages.send", [SMS | {"text": "One a day"}] * 2)
        wait_until(lambda: all(results(stage, command) for command in commands), 60)
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": before})

    outcomes = [results(stage, command)[0] for command in commands]
    assert sorted(each["outcome"] for each in outcomes) == ["accepted", "rejected"]
    assert {"DailyMessages" in each.get("reason", "") for each in outcomes} == {True, False}
    assert sent(vonage)["One a day"] == 1


def test_command_that_vonage_throttles_holds_up_no_other(stage: Stage, vonage: Vonage) -> None:
    put_command(stage, "messages.send", SMS | {"text": "Wake up"})  # no cold start in the time below
    wait_until(lambda: sent(vonage)["Wake up"] == 1, 60)
    vonage.faults.next("POST /v1/messages", status=429, retry_after=30)
    put_command(stage, "messages.send", SMS | {"text": "Throttled for half a minute"})
    wait_until(lambda: not vonage.faults.waiting(), 60)

    put_command(stage, "messages.send", SMS | {"text": "Right behind it"})

    # It takes 2 s at most on a quiet machine. Here other tests run beside, and less than 30 s is the proof.
    wait_until(lambda: sent(vonage)["Right behind it"] == 1, 20)
    assert sent(vonage)["Throttled for half a minute"] == 0
    wait_until(lambda: sent(vonage)["Throttled for half a minute"] == 1, 60)  # so that no later test meets it


def test_three_hundred_commands_are_carried_out_without_a_stall_and_none_twice(
    stage: Stage, vonage: Vonage
) -> None:
    texts = {f"Number {number} of 300" for number in range(300)}
    put_commands(stage, "messages.send", (SMS | {"text": text} for text in texts))

    last, since = 0, time.monotonic()
    while last < len(texts):
        time.sleep(0.5)
        times = sent(vonage)
        if (done := sum(times[text] for text in texts)) > last:
            last, since = done, time.monotonic()
        # What a function loses sight of comes back after 180 s.
        assert time.monotonic() - since < 30, f"nothing was sent after {last} of {len(texts)}"
    assert {times[text] for text in texts} == {1}


def test_who_answers_stop_is_sent_nothing_but_what_they_asked_for(stage: Stage, vonage: Vonage) -> None:
    """Bulk, which has a queue of its own, included."""
    person = {"to": "447700900345"}
    stop = {"channel": "sms", "from": person["to"], "to": SMS["from"], "text": "Stop."}
    vonage.engine.run(inbound.receive(vonage.mailbox, stop))
    wait_until(lambda: any(each.get("to") == person["to"] for each in accepted(vonage)), 60)

    details = [SMS | person | {"text": "News", "pace": pace} for pace in ("bulk", "slow")]
    receipt = SMS | person | {"text": "A receipt", "pace": "bulk", "purpose": "transactional"}
    commands = put_commands(stage, "messages.send", [*details, receipt])
    wait_until(lambda: all(results(stage, command) for command in commands), 60)

    news, slow, asked_for = (results(stage, command)[0] for command in commands)
    assert (news["outcome"], news["opted_out"], asked_for["outcome"]) == ("rejected", True, "accepted")
    assert "pace is" in slow["reason"]
    assert (sent(vonage)["News"], sent(vonage)["A receipt"]) == (0, 1)


def test_what_has_time_waits_and_what_is_cancelled_meanwhile_is_not_sent(
    stage: Stage, vonage: Vonage
) -> None:
    """For seconds in a queue, for a day as a schedule, which the function's own role makes and deletes."""
    scheduler = aws.session(stage.aws_url).client("scheduler", endpoint_url=stage.aws_url)
    details = [SMS | {"text": "In a moment", "after": 3}, SMS | {"text": "In a day", "after": 86_400}]
    began = time.monotonic()
    soon, later = put_commands(stage, "messages.send", details)

    wait_until(lambda: bool(scheduler.list_schedules()["Schedules"]), 60)
    cancel = put_command(stage, "command.cancel", {"id": later})
    wait_until(lambda: all(results(stage, command) for command in (soon, later, cancel)), 60)

    assert time.monotonic() - began >= 3
    assert scheduler.list_schedules()["Schedules"] == []
    outcomes = [results(stage, command)[0] for command in (soon, later, cancel)]
    assert [each["outcome"] for each in outcomes] == ["accepted", "rejected", "accepted"]
    assert (outcomes[1]["cancelled"], outcomes[2]["found"]) == (True, "waiting")
    assert (sent(vonage)["In a moment"], sent(vonage)["In a day"]) == (1, 0)


def test_who_is_erased_is_sent_nothing_that_waits(
    stage: Stage, vonage: Vonage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a command that a schedule would bring back, nor the row of a campaign."""
    for name, value in {**aws.root_user(stage.aws_url), "AWS_ENDPOINT_URL": stage.aws_url}.items():
        monkeypatch.setenv(name, value)
    stack, number, key = Stack(stage.stack_name), "447700900118", "campaigns/old/0123456789ab/00000.jsonl"
    command = {"id": f"c-{'0' * 64}", "name": "messages.send"}
    row = {"line": 2, "to": number, "command": command, "then": []}
    objects, bucket = boto3.client("s3"), stack.id_of("CampaignBucket")
    objects.put_object(Bucket=bucket, Key=key, Body=json.dumps(row).encode())
    put_command(stage, "messages.send", SMS | {"to": number, "text": "In a day", "after": 86_400})
    scheduler = boto3.client("scheduler")
    wait_until(lambda: bool(scheduler.list_schedules()["Schedules"]), 60)

    assert timeline.erase(stack, number, confirmed=True) == 2

    assert scheduler.list_schedules()["Schedules"] == []
    assert timeline.erase(stack, number, confirmed=False) == 0
    assert number not in objects.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    assert sent(vonage)["In a day"] == 0
