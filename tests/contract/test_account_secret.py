"""The account's credentials, as the provisioner reads them."""

import json

import pytest

from provisioner.errors import ProvisionerError
from provisioner.world import credentials
from tests.contract.account import Account, by_the_emulators

VALUE = {"api_key": "a1b2c3d4", "api_secret": "s"}


def test_the_credentials_are_read_by_name_and_by_arn(account: Account) -> None:
    name = account.secret(json.dumps(VALUE))
    arn = account.secrets.describe_secret(SecretId=name)["ARN"]

    assert credentials.read(account.secrets, name) == credentials.AccountSecret("a1b2c3d4", "s")
    assert credentials.read(account.secrets, arn).api_key == "a1b2c3d4"


def test_a_secret_without_a_value_is_told_as_missing_or_incomplete(account: Account) -> None:
    """Missing on AWS, where it has no version; the embedded AWS gives it an empty one."""
    with pytest.raises(ProvisionerError) as failure:
        credentials.read(account.secrets, account.secret())

    assert failure.value.code == account.expects("CREDENTIALS_MISSING", ministack="CREDENTIALS_INCOMPLETE")


@by_the_emulators
def test_a_secret_that_is_missing_or_going_is_told_to_one_who_may_read_all(account: Account) -> None:
    going = account.secret(json.dumps(VALUE))
    account.secrets.delete_secret(SecretId=going)

    for name in ("missing", going):
        with pytest.raises(ProvisionerError) as failure:
            credentials.read(account.secrets, name)
        assert failure.value.code == "CREDENTIALS_MISSING"


@by_the_emulators
def test_binary_credentials_are_incomplete(account: Account) -> None:
    name = account.secret("{}")
    account.secrets.put_secret_value(SecretId=name, SecretBinary=json.dumps(VALUE).encode())

    with pytest.raises(ProvisionerError, match="lacks api_key and api_secret"):
        credentials.read(account.secrets, name)
