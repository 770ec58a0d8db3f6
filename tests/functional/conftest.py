"""The stack's queues, table and bus, as the functions of a deployed stack see them."""

from collections.abc import Iterator

import pytest
from switchboard import queue, timeline

from functions.record import app as record
from tests.fakes.backbone import COMMANDS, QUEUE
from tests.fakes.stores import Aws


@pytest.fixture
def backbone(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    aws.queues |= {QUEUE: [], COMMANDS: []}
    aws.tables["timeline"] = {}
    for name, value in {
        "SWITCHBOARD_QUEUE_URL": QUEUE,
        "SWITCHBOARD_COMMANDS_QUEUE_URL": COMMANDS,
        "SWITCHBOARD_TABLE_NAME": "timeline",
        "SWITCHBOARD_BUS_NAME": "bus",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    yield aws
    queue._sqs.close()
    for client in (timeline._dynamodb, record._eventbridge):
        client().close()
        client.cache_clear()
