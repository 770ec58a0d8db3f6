"""Campaigns on the deployed stack: one is paused, cancelled and started again; another climbs meanwhile."""

import csv
import time
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
import pytest
from switchboard.campaigns import message, people
from switchboard.campaigns.prepared import Prepared, prepare

from local import aws
from local.stage import Stage
from operate.campaigns.results import RowResult, read, write
from operate.campaigns.runs import Campaigns
from operate.errors import OperatorError
from operate.kept import consent
from operate.stack import Stack
from tests.e2e.conftest import wait_until
from vonage_simulator.calls.parties import Callee
from vonage_simulator.messages import inbound
from vonage_simulator.messages.message import Recipient
from vonage_simulator.vonage import Vonage

ROWS = 300
SENDER = "447700900000"
EARLIER, MEANWHILE = "447700800007", "447700800299"
# Who gets the WhatsApp message; who doesn't, and is called; who doesn't pick up either.
READS, ANSWERS, MISSES = "447700802001", "447700802002", "447700802003"
HELLO = {"channel": "whatsapp", "message_type": "text", "from": SENDER, "text": "Hello {to}", "wait": "1m"}
CALL = {"from": {"type": "phone", "number": SENDER}, "ncco": [{"action": "talk", "text": "Hello {to}"}]}
# Slower than the stack, so that there is time between two parts.
A_SECOND = 30


@pytest.fixture
def stack(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stack:
    for name, value in {**aws.root_user(stage.aws_url), "AWS_ENDPOINT_URL": stage.aws_url}.items():
        monkeypatch.setenv(name, value)
    return Stack(stage.stack_name)


def prepared(stack: Stack, campaign: str, text: dict[str, Any], *rows: str) -> Prepared:
    sheet = people.parse("\n".join(["to,number", *rows, ",wrong"]).encode(), "people")
    bounds = Campaigns(stack).bounds()
    return prepare(campaign, sheet, message.parse(text, "message"), bounds, time.time())


def news(stack: Stack) -> Prepared:
    rows = [f"447700800{number:03},{number}" for number in range(ROWS)]
    text = {"channel": "sms", "message_type": "text", "from": SENDER, "text": "News {number}"}
    return prepared(stack, "news", text | {"window": {"hours": "00:00-24:00"}}, *rows)


def accepted(vonage: Vonage) -> list[dict[str, Any]]:
    entries = vonage.journal.entries(kind="api")
    return [entry["request"].get("body") or {} for entry in entries if entry["response"]["status"] == 202]


def has_ended(stack: Stack, run: int) -> bool:
    machine = stack.id_of("CampaignMachine").replace(":stateMachine:", ":execution:")
    found = boto3.client("stepfunctions").describe_execution(executionArn=f"{machine}:news-{run}")
    return bool(found["status"] == "SUCCEEDED")


def test_campaign_reaches_each_person_once_whatever_happens_to_it(
    stack: Stack, vonage: Vonage, tmp_path: Path
) -> None:
    those, rows = Campaigns(stack), news(stack)
    climb(those, stack, vonage)
    consent.change(stack, EARLIER, "stop", "")
    assert those.opted_out(rows) == 1

    # Paused after its first part; somebody opts out, and nobody can start it a second time.
    assert those.start(rows, A_SECOND)
    assert not those.start(rows, A_SECOND)
    wait_until(lambda: those.read("news").queued() > 0, 60)
    those.mark("news", "paused")
    wait_until(lambda: has_ended(stack, 1), 60)
    queued = those.read("news").queued()
    assert queued < ROWS
    stop = {"channel": "sms", "from": MEANWHILE, "to": SENDER, "text": "STOP"}
    vonage.engine.run(inbound.receive(vonage.mailbox, stop))
    wait_until(lambda: any(each.get("to") == MEANWHILE for each in accepted(vonage)), 60)
    with pytest.raises(OperatorError, match="is paused"):
        those.start(rows, A_SECOND)

    has_climbed(those, vonage)

    # Resumed, cancelled, and started again for the rest.
    those.resume("news")
    wait_until(lambda: those.read("news").queued() > queued, 60)
    those.mark("news", "cancelled")
    wait_until(lambda: has_ended(stack, 2), 60)
    left = Counter(each.outcome for each in read(those.read("news")))["cancelled"]
    assert left == ROWS - those.read("news").queued()
    assert those.start(rows, 0)
    wait_until(lambda: has_ended(stack, 3), 60)
    with pytest.raises(OperatorError, match="has been sent"):
        those.start(rows, 0)

    done = {"accepted", "delivered", "opted_out", "invalid"}
    wait_until(lambda: {each.outcome for each in read(those.read("news"))} <= done, 120)
    counted = write(read(those.read("news")), tmp_path / "out.csv")
    sent = Counter(each["to"] for each in accepted(vonage) if str(each.get("text")).startswith("News "))
    assert counted["accepted"] + counted["delivered"] == ROWS - 2
    assert (counted["opted_out"], counted["invalid"], counted.total()) == (2, 1, ROWS + 1)
    assert {*sent.values()} == {1}
    assert len(sent) == ROWS - 2
    assert not {EARLIER, MEANWHILE} & {*sent}
    with (tmp_path / "out.csv").open(newline="") as file:
        assert [int(row["line"]) for row in csv.DictReader(file)] == list(range(2, ROWS + 3))


def climb(those: Campaigns, stack: Stack, vonage: Vonage) -> None:
    """Start a ladder whose next step needs no waiting, as Vonage says at once what becomes of each."""
    vonage.mailbox.recipients |= {each: Recipient("undeliverable") for each in (ANSWERS, MISSES)}
    vonage.exchange.callees |= {ANSWERS: Callee("answer"), MISSES: Callee("busy")}
    rows = (f"{to}," for to in (READS, ANSWERS, MISSES))
    assert those.start(prepared(stack, "hello", {"steps": [HELLO, CALL]}, *rows), 0)


def has_climbed(those: Campaigns, vonage: Vonage) -> None:
    """Each has been reached, or tried by everything, once; and the campaign has ended by itself."""
    wait_until(lambda: those.read("hello").state.progress == "done", 60)

    def result() -> list[RowResult]:
        return read(those.read("hello"))

    wait_until(lambda: "answered" not in {each.status for each in result()}, 60)  # it hangs up
    ends = {each.to: each[2:4] + each[7:] for each in result()}
    assert ends == {
        READS: ("delivered", "delivered", "whatsapp", 1),
        ANSWERS: ("accepted", "completed", "voice", 2),
        MISSES: ("accepted", "busy", "voice", 2),
        "": ("invalid", "", "", 0),
    }
    texts = Counter(each["to"] for each in accepted(vonage) if str(each.get("text")).startswith("Hello "))
    assert texts == {READS: 1, ANSWERS: 1, MISSES: 1}
