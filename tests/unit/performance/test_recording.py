"""The simulation of the event queue agrees with what the real function does with the same batches."""

import json
from collections.abc import Sequence

import pytest

from benchmarks.scale.queue import Outcome, Queue
from benchmarks.scale.webhooks import Message
from tests.fakes.backbone import added_to
from tests.fakes.stores import Aws, Json, Refusal
from workers.record import app

CALLS, STEPS = 12, 4
# The numbers of the batches in which a service refuses.
REFUSED = {"BatchGetItem": {1, 6}, "PutEvents": {3, 4}, "BatchWriteItem": {2, 8}}


def identity(message: Message) -> str:
    return f"{message.call}-{message.step}"


def arriving() -> list[Message]:
    sent = [Message(step + call / 100, call, step, 0.0) for call in range(CALLS) for step in range(STEPS)]
    return sorted(sent)


def as_sqs_gives(message: Message) -> Json:
    payload = {"conversation_uuid": f"CON-{message.call}", "timestamp": f"2026-11-23T07:00:0{message.step}Z"}
    event = {
        "id": identity(message),
        "name": "voice.started" if message.step == 0 else "voice.answered",
        "received_at": 1_795_400_000.5,
        "subject": f"CON-{message.call}",
        "payload": payload,
    }
    group = {"MessageGroupId": event["subject"]}
    return {"messageId": event["id"], "body": json.dumps(event), "attributes": group}


class Model:
    """A batch fails as a whole when a service refuses, whichever it is."""

    batches = 0

    def __call__(self, batch: Sequence[Message], now: float, *, is_cold: bool) -> Outcome:
        del now, is_cold
        self.batches += 1
        fails = any(self.batches in numbers for numbers in REFUSED.values())
        return Outcome(0.5, frozenset(range(len(batch)) if fails else ()))


class Real:
    """The function itself, on a fake AWS."""

    def __init__(self, aws: Aws) -> None:
        self.batches = 0
        aws.fault = self._fault

    def _fault(self, operation: str, _asked: Json) -> None:
        if self.batches in REFUSED.get(operation.partition(".")[2], set()):
            raise Refusal("ThrottlingException")

    def __call__(self, batch: Sequence[Message], now: float, *, is_cold: bool) -> Outcome:
        del now, is_cold
        self.batches += 1
        said = app.lambda_handler({"Records": [as_sqs_gives(message) for message in batch]})
        failed = {each["itemIdentifier"] for each in said["batchItemFailures"]}
        places = (place for place, message in enumerate(batch) if identity(message) in failed)
        return Outcome(0.5, frozenset(places))


@pytest.mark.parametrize("environments", [1, 3])
def test_real_function_records_what_the_simulation_says_and_when(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, environments: int
) -> None:
    simulated, real = Queue(environments, Model()), Queue(environments, Real(aws))

    simulated.run(arriving())
    with added_to(aws, monkeypatch):
        real.run(arriving())

    assert real.batches == simulated.batches
    assert real.waits == simulated.waits
    assert len(real.waits) == CALLS * STEPS
    assert max(real.waits) > 180  # something came again
    assert real.dead == simulated.dead == []
    recorded = {item["id"]["S"] for item in aws.tables["timeline"].values()}
    assert recorded == {identity(message) for message in arriving()}
