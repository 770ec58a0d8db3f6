"""Another stack puts a command on the bus: it is carried out at Vonage, and what became of it is an event."""

import json
from typing import Any

from local import aws
from local.stage import Stage
from local.up import CALLEE
from tests.e2e.conftest import wait_until
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
    entry = {
        "EventBusName": stage.outputs()["EventBusName"],
        "Source": "tests",
        "DetailType": name,
        "Detail": json.dumps(detail),
    }
    bus = aws.session().client("events", endpoint_url=stage.aws_url)
    reply = bus.put_events(Entries=[entry])  # type: ignore[list-item]
    return str(reply["Entries"][0]["EventId"])


def results(stage: Stage, command_id: str) -> list[Json]:
    """The events in the timeline that say what became of a command."""
    table = aws.session().client("dynamodb", endpoint_url=stage.aws_url)
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
