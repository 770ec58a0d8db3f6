"""Two implementations of AWS that know nothing of each other, and our fakes beside them."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from switchboard.aws import bus, queues, secret, table

from local import aws, service
from operate import paths
from tests.contract.account import Account
from tests.contract.prepared import fakes

MOTO = paths.LOCAL / "contract" / "bin" / "python"


@contextmanager
def moto() -> Iterator[str]:
    """moto's server, in an environment of its own as the embedded AWS is."""
    if not MOTO.exists():
        pytest.fail("moto is not installed, so nothing was judged. Run `make contract`.", pytrace=False)
    port = service.free_port()
    server = service.start(
        "moto",
        [str(MOTO), "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)],
        port=port,
        health_path="/moto-api/",
        log=paths.LOGS / f"moto-{port}.log",
        environment=service.clean_environment(),
        port_setting="PORT",
    )
    try:
        yield server.url
    finally:
        service.stop(server)
    (paths.LOGS / f"moto-{port}.log").unlink()


@contextmanager
def ministack() -> Iterator[str]:
    """The embedded AWS, that all other tests use."""
    port = service.free_port()
    embedded = aws.start(port, paths.LOGS / f"aws-contract-{port}.log")
    try:
        yield embedded.url
    finally:
        service.stop(embedded)
    (paths.LOGS / f"aws-contract-{port}.log").unlink()


JUDGES = {"moto": moto, "ministack": ministack, "fakes": fakes}


@pytest.fixture(scope="session", params=JUDGES)
def judge(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Name and address of an AWS, shared by all tests."""
    with JUDGES[request.param]() as url:
        yield request.param, url


@pytest.fixture
def account(judge: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account in it, and the environment of a function that works there."""
    account = Account(*judge)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", account.session)
    key = account.session.get_credentials()
    assert key
    for name, value in {
        "AWS_ACCESS_KEY_ID": key.access_key,
        "AWS_SECRET_ACCESS_KEY": key.secret_key,
        "AWS_DEFAULT_REGION": aws.REGION,
        "AWS_REGION": aws.REGION,
        "AWS_ENDPOINT_URL": account.url,
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    yield account
    queues._sqs.close()
    for client in (table.client, bus.client, secret._secrets_manager):
        if client.cache_info().currsize:
            client().close()
        client.cache_clear()


@pytest.fixture
def stack(account: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The stack's queues, table and bus in the account."""
    for name, value in {
        "SWITCHBOARD_QUEUE_URL": account.queue("events"),
        "SWITCHBOARD_COMMANDS_QUEUE_URL": account.queue("commands"),
        "SWITCHBOARD_COMMANDS_DLQ_URL": account.queue("rejected"),
        "SWITCHBOARD_BUS_COMMANDS_QUEUE_URL": account.standard_queue("bus-commands"),
        "SWITCHBOARD_BUS_COMMANDS_DLQ_URL": account.standard_queue("bus-rejected"),
        "SWITCHBOARD_TABLE_NAME": account.table(),
        "SWITCHBOARD_BUS_NAME": account.bus(),
    }.items():
        monkeypatch.setenv(name, value)
    return account
