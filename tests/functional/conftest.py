"""The stack's queues, table and bus, as the functions of a deployed stack see them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from switchboard.outbound import asking

from tests.fakes.backbone import BUS_COMMANDS, BUS_REJECTED, REJECTED, added_to
from tests.fakes.stores import Aws
from tests.fakes.vonage_api import VonageApi, running


@pytest.fixture
def backbone(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    with added_to(aws, monkeypatch):
        yield aws


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
        monkeypatch.setenv("SWITCHBOARD_VERIFY", "true")
        yield fake
        if asking.vonage.cache_info().currsize:
            asking.vonage().close()
        asking.vonage.cache_clear()


@pytest.fixture(autouse=True)
def only_this_machine(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
