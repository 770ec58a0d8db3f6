"""What a test needs to fill our fakes as it fills an emulator: they lack what the product never asks for."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.fakes import backbone, stores
from tests.fakes.stores import Aws, Json


def create_secret(aws: Aws, asked: Json) -> Json:
    text = asked.get("SecretString")
    return {"ARN": aws.secret(asked["Name"], None if text is None else json.loads(text)).arn}


def create_table(aws: Aws, asked: Json) -> Json:
    aws.tables[asked["TableName"]] = {}
    return {}


def create_event_bus(_aws: Aws, _asked: Json) -> Json:
    return {}


def create_queue(aws: Aws, asked: Json) -> Json:
    url = backbone.QUEUE.replace("events.fifo", asked["QueueName"])
    aws.queues[url] = []
    return {"QueueUrl": url}


def receive_message(aws: Aws, asked: Json) -> Json:
    """All at once, and for good: the fakes have no consumers."""
    sent, aws.queues[asked["QueueUrl"]] = aws.queues[asked["QueueUrl"]], []
    kept = ("MessageGroupId", "MessageDeduplicationId")
    return {
        "Messages": [
            {"Body": each["MessageBody"], "Attributes": {name: each[name] for name in kept if name in each}}
            for each in sent
        ]
    }


OPERATIONS = {
    "secretsmanager.CreateSecret": create_secret,
    "DynamoDB_20120810.CreateTable": create_table,
    "AWSEvents.CreateEventBus": create_event_bus,
    "AmazonSQS.CreateQueue": create_queue,
    "AmazonSQS.ReceiveMessage": receive_message,
}


@contextmanager
def fakes() -> Iterator[str]:
    """Our fakes, served until the block ends; gives their address."""
    with pytest.MonkeyPatch.context() as patch, stores.running() as aws:
        for name, operation in OPERATIONS.items():
            patch.setitem(stores.OPERATIONS, name, operation)
        aws.denies_missing = True
        yield aws.url
