"""A campaign by an event on the deployed stack's bus, its people in a file of the bucket."""

import json
from typing import Any

import boto3
import pytest
from switchboard.timeline import events

from local import aws
from local.stage import Stage
from operate.stack import Stack
from tests.e2e.conftest import wait_until
from vonage_simulator.vonage import Vonage

SMS = {"channel": "sms", "message_type": "text", "from": "447700900000", "text": "Hello {name}"}
PEOPLE = "to,name\n447700801001,Ann\n447700801002,Bob\n,Eve\n"
CAMPAIGN = "evening-2027-01-11T18-00-00Z"


@pytest.fixture
def stack(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stack:
    for name, value in {**aws.root_user(stage.aws_url), "AWS_ENDPOINT_URL": stage.aws_url}.items():
        monkeypatch.setenv(name, value)
    stack = Stack(stage.stack_name)
    monkeypatch.setenv("SWITCHBOARD_TABLE_NAME", stack.id_of("Timeline"))
    return stack


def put(stack: Stack, name: str, detail: dict[str, Any]) -> None:
    bus, text = stack.id_of("EventBus"), json.dumps(detail)
    reply = boto3.client("events").put_events(
        Entries=[{"EventBusName": bus, "Source": "shop", "DetailType": name, "Detail": text}]
    )
    assert reply["FailedEntryCount"] == 0


def told() -> dict[str, dict[str, Any]]:
    return {each["name"]: each["payload"] for each in events.read(CAMPAIGN)}


def test_an_event_starts_a_campaign_and_what_becomes_of_it_are_events(stack: Stack, vonage: Vonage) -> None:
    bucket = stack.id_of("CampaignBucket")
    boto3.client("s3").put_object(Bucket=bucket, Key="people/evening.csv", Body=PEOPLE.encode())
    start = {"id": "evening-2027-01-11T18:00:00Z", "message": SMS, "people": {"key": "people/evening.csv"}}

    put(stack, "campaign.start", start)
    wait_until(lambda: "campaign.prepared" in told(), 60)
    prepared = told()["campaign.prepared"]
    assert [prepared[name] for name in ("recipients", "invalid", "units", "opted_out")] == [2, 1, 2, 0]

    put(stack, "campaign.start", start | {"confirm": prepared["hash"]})
    put(stack, "campaign.pause", {"id": "none"})
    wait_until(lambda: {"campaign.start.accepted", "campaign.done"} <= told().keys(), 60)

    def sent() -> list[str]:
        entries = vonage.journal.entries(kind="api")
        bodies = [each["request"].get("body") or {} for each in entries if each["response"]["status"] == 202]
        return sorted(each["text"] for each in bodies if str(each.get("to")).startswith("4477008010"))

    wait_until(lambda: len(sent()) == 2, 60)
    assert sent() == ["Hello Ann", "Hello Bob"]
    wait_until(lambda: bool(events.read("none")))
    assert [each["name"] for each in events.read("none")] == ["campaign.pause.rejected"]
