"""The stack's queues, table and bus, as the functions of a deployed stack see them."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from switchboard.aws import bus, queues, table
from switchboard.outbound import carrying_out

from tests.fakes.backbone import BUS_COMMANDS, BUS_REJECTED, COMMANDS, DEAD, QUEUE, REJECTED
from tests.fakes.stores import Aws
from tests.fakes.vonage_api import VonageApi, running


@pytest.fixture
def backbone(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    aws.queues |= {QUEUE: [], COMMANDS: [], DEAD: []}
    aws.tables["timeline"] = {}
    for name, value in {
        "SWITCHBOARD_QUEUE_URL": QUEUE,
        "SWITCHBOARD_COMMANDS_QUEUE_URL": COMMANDS,
        "SWITCHBOARD_EVENTS_DLQ_URL": DEAD,
        "SWITCHBOARD_TABLE_NAME": "timeline",
        "SWITCHBOARD_BUS_NAME": "bus",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    yield aws
    queues._sqs.close()
    for client in (table.client, bus.client):
        if client.cache_info().currsize:
            client().close()
        client.cache_clear()


@pytest.fixture(scope="session")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def vonage(backbone: Aws, private_key: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[VonageApi]:
    """Vonage, and the secret of an application there."""
    with running() as fake:
        backbone.secret("application", {"application_id": "app-1", "private_key": private_key})
        backbone.queues |= {REJECTED: [], BUS_COMMANDS: [], BUS_REJECTED: []}
        monkeypatch.setenv("SWITCHBOARD_APPLICATION_SECRET", "application")
        monkeypatch.setenv("SWITCHBOARD_COMMANDS_DLQ_URL", REJECTED)
        monkeypatch.setenv("SWITCHBOARD_BUS_COMMANDS_QUEUE_URL", BUS_COMMANDS)
        monkeypatch.setenv("SWITCHBOARD_BUS_COMMANDS_DLQ_URL", BUS_REJECTED)
        monkeypatch.setenv("VONAGE_API_URL", fake.url)
        yield fake
        if carrying_out._vonage.cache_info().currsize:
            carrying_out._vonage().close()
        carrying_out._vonage.cache_clear()
