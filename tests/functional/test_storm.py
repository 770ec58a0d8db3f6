"""A storm: duplicates, disorder, deliveries that fail, services that fail, functions that are cut off.

Afterwards each event that was acknowledged is in the timeline exactly once and on the bus, and each command
was carried out exactly once or is reported as uncertain. STORM_EVENTS=10000 makes it a big one.
"""

import json
import os
import random
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from itertools import islice

import pytest
from switchboard import InboundMessage, MessageRequest, VoiceEvent, event, inbound, reply_to

from tests.factories import webhook_event
from tests.fakes.backbone import COMMANDS, QUEUE
from tests.fakes.stores import Aws, Json, Refusal
from tests.fakes.vonage_api import Reply, VonageApi
from workers.outbound import app as outbound
from workers.record import app as record

EVENTS = int(os.environ.get("STORM_EVENTS", "400"))
DUPLICATES = DELIVERIES_FAILING = 0.05


@event
def on_event(_happened: VoiceEvent) -> None:
    """Nothing."""


@inbound
def on_inbound(message: InboundMessage) -> MessageRequest | None:
    return reply_to(message, "Thank you!") if message["message_uuid"].endswith("0") else None


def call_event(number: int) -> tuple[str, Json]:
    call, step = divmod(number, 4)
    status = ("started", "ringing", "answered", "completed")[step]
    payload = {"conversation_uuid": f"CON-{call}", "uuid": f"u-{call}", "status": status}
    return "event", payload | {"timestamp": f"2026-11-23T07:{call // 60 % 60:02}:{call % 60:02}.{step}00Z"}


def message(number: int) -> tuple[str, Json]:
    payload = {"message_uuid": f"m-{number}", "channel": "sms", "message_type": "text", "text": "Hello"}
    times = {"timestamp": f"2026-11-23T08:{number // 60 % 60:02}:{number % 60:02}Z"}
    return "inbound", payload | times | {"from": f"4477009{number:05}", "to": "447700900000"}


class Storm:
    """Faults by chance, the same ones each time. A fault comes before the operation, or after it was done."""

    def __init__(self, aws: Aws, vonage: VonageApi) -> None:
        self.chance = random.Random(4)  # noqa: S311 - it has to be the same each time
        self._aws = aws
        aws.fault = self.fault
        vonage.reply = self.reply
        self.carried_out: Counter[str] = Counter()

    def fault(self, operation: str, asked: Json) -> None:
        dice = self.chance.random()
        if dice < 0.02:
            raise Refusal("ThrottlingException", status=503)
        if dice < 0.03:
            self._aws.answer_without_fault(operation, asked)
            raise ConnectionError

    def reply(self, asked: Json) -> Reply:
        dice = self.chance.random()
        if dice < 0.05:
            return Reply(429, {}, {"Retry-After": "1"})
        self.carried_out[asked["client_ref"]] += dice < 0.97
        return Reply(
            lost=dice < 0.10, status=500 if dice >= 0.97 else 202, body={"message_uuid": asked["client_ref"]}
        )


def deliver_all(storm: Storm, aws: Aws, deliveries: list[tuple[str, Json]]) -> int:
    """Deliver as Vonage does: again, some time later, what was not acknowledged."""
    waiting, count = deque(deliveries), 0
    while waiting:
        webhook, payload = waiting.popleft()
        count += 1
        handler = on_event if webhook == "event" else on_inbound
        lost = storm.chance.random() < DELIVERIES_FAILING
        if handler(webhook_event(webhook, payload))["statusCode"] >= 500 or lost:
            waiting.insert(storm.chance.randint(0, len(waiting)), (webhook, payload))
        if count % 200 == 0:
            aws.sent.clear()  # SQS forgets
    return count


def drain(aws: Aws, url: str, handler: Callable[[Json], Json]) -> None:
    """Hand a queue's messages to a function in batches, as Lambda does, until none is left that will go."""
    waiting = {message["MessageDeduplicationId"]: message for message in aws.queues[url]}
    attempts: Counter[str] = Counter()
    while batch := list(islice((identity for identity in waiting if attempts[identity] < 20), 10)):
        records = [
            {
                "messageId": identity,
                "receiptHandle": "h",
                "body": waiting[identity]["MessageBody"],
                "attributes": {
                    "MessageGroupId": waiting[identity]["MessageGroupId"],
                    "ApproximateReceiveCount": str(attempts[identity] + 1),
                    "SentTimestamp": str(int(time.time() * 1000)),
                },
                "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{url.rpartition('/')[2]}",
            }
            for identity in batch
        ]
        failed = {failure["itemIdentifier"] for failure in handler({"Records": records})["batchItemFailures"]}
        attempts.update(failed)
        for identity in set(batch) - failed:
            del waiting[identity]
    aws.queues[url] = list(waiting.values())


def outbound_one_by_one(batch: Json) -> Json:
    failures = [
        f for r in batch["Records"] for f in outbound.lambda_handler({"Records": [r]})["batchItemFailures"]
    ]
    return {"batchItemFailures": failures}


@pytest.mark.timeout(1800)
def test_nothing_is_lost_and_nothing_is_done_twice(
    backbone: Aws, vonage: VonageApi, capsys: pytest.CaptureFixture[str]
) -> None:
    storm = Storm(backbone, vonage)
    sent = [call_event(n) if n % 5 else message(n) for n in range(EVENTS)]
    deliveries = sent + storm.chance.choices(sent, k=int(EVENTS * DUPLICATES))
    storm.chance.shuffle(deliveries)
    started = time.monotonic()

    count = deliver_all(storm, backbone, deliveries)
    drain(backbone, QUEUE, record.lambda_handler)
    drain(backbone, COMMANDS, outbound_one_by_one)
    for item in backbone.tables["timeline"].values():
        item["since"] = {"N": "0"}  # much later: whoever was cut off while sending is not sending any more
    drain(backbone, COMMANDS, outbound_one_by_one)
    drain(backbone, QUEUE, record.lambda_handler)

    table = backbone.tables["timeline"]
    recorded = [json.loads(item["payload"]["S"]) for item in table.values() if "name" in item]
    assert backbone.queues[QUEUE] == backbone.queues[COMMANDS] == []
    assert sorted(map(str, (p for p in recorded if "outcome" not in p))) == sorted(str(p) for _, p in sent)
    assert not [item for item in table.values() if "unpublished" in item]
    published = Counter(json.loads(entry["Detail"])["id"] for entry in backbone.events)
    assert set(published) == {item["id"]["S"] for item in table.values() if "name" in item}

    results = [p for p in recorded if "outcome" in p]
    asked = {p["message_uuid"] for w, p in sent if w == "inbound" and p["message_uuid"].endswith("0")}
    assert len(results) == len(asked)
    for result in results:
        done = storm.carried_out[result["id"]]
        assert (result["outcome"], done) in {("accepted", 1), ("uncertain", 0), ("uncertain", 1)}

    twice = sum(published.values()) - len(published)
    outcomes = dict(Counter(r["outcome"] for r in results))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{EVENTS} events in {count} deliveries, {time.monotonic() - started:.0f} s: "
            f"{twice} published twice, commands {outcomes}\n"
        )
