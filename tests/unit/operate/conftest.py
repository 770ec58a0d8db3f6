"""An AWS account that tells of itself, and holds things, for commands that look before they act."""

import os
from collections.abc import Iterator

import boto3
import pytest
from switchboard.aws import bus, table

from tests.fakes.control_plane import Account, running
from tests.fakes.stores import Aws


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever account the developer's shell works in, a test's own is the only one."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    for name in ("SWITCHBOARD_BUS_NAME", "SWITCHBOARD_TABLE_NAME"):
        monkeypatch.setenv(name, "")  # so that what a command puts there goes, too
        monkeypatch.delenv(name)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # neither what was, nor what this test makes, stays


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """The account that boto3's default session asks."""
    with running() as account:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": account.url,
            "AWS_MAX_ATTEMPTS": "1",
        }.items():
            monkeypatch.setenv(name, value)
        yield account


@pytest.fixture
def stores(aws: Aws, account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """What the account holds: secrets, parameters, tables and a bus."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", account.url)
    aws.denies_missing = False
    yield aws
    for client in (table.client, bus.client):
        if client.cache_info().currsize:
            client().close()
        client.cache_clear()
