"""A secret as webhooks read it: signed by us, by label, and what is told when it cannot be read."""

import json
import time
from collections.abc import Iterator

import httpx
import pytest
from switchboard.aws import secret
from switchboard.errors import SecretError

from local import aws
from tests.contract.account import Account, by_the_emulators, judged_by

VALUE = {"api_key": "a1b2c3d4", "signature_secret": "s"}


def test_a_secret_is_read_with_the_time_at_which_its_version_was_made(account: Account) -> None:
    name = account.secret(json.dumps(VALUE))

    version = secret.read_version(name, "AWSCURRENT")

    assert version
    assert version.value == VALUE
    assert version.created_at == pytest.approx(time.time(), abs=60)


def test_a_secret_that_was_written_again_is_found_under_both_labels(account: Account) -> None:
    name = account.secret(json.dumps(VALUE))
    account.secrets.put_secret_value(SecretId=name, SecretString='{"new": true}')

    assert secret.read_secret(name) == {"new": True}
    assert secret.read_secret(name, "AWSPREVIOUS") == VALUE


def test_a_label_that_no_version_has_reads_as_nothing(account: Account) -> None:
    assert secret.read_secret(account.secret(json.dumps(VALUE)), "AWSPENDING") is None


def test_an_empty_secret_has_no_version(account: Account) -> None:
    """API reference, CreateSecret: "If you include SecretString or SecretBinary, then Secrets Manager creates
    an initial secret version". The embedded AWS makes one in any case."""
    name = account.secret()

    assert list(account.labels(name).values()) == account.expects([], ministack=[["AWSCURRENT"]])


def test_an_empty_secret_reads_as_nothing(account: Account) -> None:
    name = account.secret()

    try:
        answer = secret.read_secret(name)
    except SecretError:
        answer = {"refused": True}

    assert answer == account.expects(None, ministack={"refused": True})


@by_the_emulators
@pytest.mark.parametrize(
    "value", [{"SecretBinary": b'{"a": 1}'}, {"SecretString": "text"}], ids=["binary", "text"]
)
def test_a_secret_that_is_not_json_is_an_error_that_says_what_to_run(
    account: Account, value: dict[str, str]
) -> None:
    name = account.secret("{}")
    account.secrets.put_secret_value(SecretId=name, **value)

    with pytest.raises(SecretError, match="make credentials"):
        secret.read_secret(name)


@by_the_emulators
def test_a_secret_that_is_scheduled_for_deletion_is_refused_until_it_is_restored(account: Account) -> None:
    name = account.secret(json.dumps(VALUE))
    account.secrets.delete_secret(SecretId=name)

    with pytest.raises(SecretError, match="InvalidRequestException"):
        secret.read_secret(name)

    account.secrets.restore_secret(SecretId=name)
    assert secret.read_secret(name) == VALUE


@by_the_emulators
@pytest.mark.usefixtures("account")
def test_to_one_who_may_read_every_secret_a_missing_one_is_not_there() -> None:
    """Under the policies of template.yaml it is a refusal instead: see below."""
    assert secret.read_secret("missing") is None


def sign_in(account: Account, monkeypatch: pytest.MonkeyPatch, resource: str) -> None:
    """Become a role that may read secrets of this pattern."""
    iam, sts = (
        account.session.client("iam", endpoint_url=account.url),
        account.session.client("sts", endpoint_url=account.url),
    )
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    allow = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": resource}
    documents = [json.dumps({"Version": "2012-10-17", "Statement": [each]}) for each in (trust, allow)]
    role = iam.create_role(RoleName=account.id, AssumeRolePolicyDocument=documents[0])["Role"]["Arn"]
    iam.put_role_policy(RoleName=account.id, PolicyName="reads", PolicyDocument=documents[1])
    keys = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", keys["SessionToken"])


@pytest.fixture
def guarded(account: Account) -> Iterator[Account]:
    """The account, its signatures and policies looked at, which moto does only when told to."""
    if account.judge == "moto":
        httpx.post(f"{account.url}/moto-api/reset-auth", content=b"4", trust_env=False)
    yield account
    if account.judge == "moto":
        httpx.post(f"{account.url}/moto-api/reset-auth", content=b"inf", trust_env=False)


@by_the_emulators
def test_our_signature_with_a_role_s_session_is_accepted(
    guarded: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = guarded.secret(json.dumps(VALUE))
    sign_in(guarded, monkeypatch, "*")

    assert secret.read_secret(name) == VALUE


@by_the_emulators
def test_a_signature_with_another_key_is_refused(guarded: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Services that speak JSON say InvalidSignatureException. moto says it in XML: we see the status."""
    name = guarded.secret(json.dumps(VALUE))
    sign_in(guarded, monkeypatch, "*")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")

    with pytest.raises(SecretError, match=guarded.expects("InvalidSignatureException", moto="403")):
        secret.read_secret(name)


@judged_by("ministack", "fakes")
def test_a_missing_secret_is_a_refusal_under_the_template_s_policies(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IAM answers before existence: a name that has no ARN is authorised as `secret:NAME`, which the pattern
    `secret:NAME-??????` does not match. moto cannot be asked: a policy with `?` is an error in it."""
    name = account.secret(json.dumps(VALUE))
    if account.judge == "ministack":
        prefix = f"arn:aws:secretsmanager:{aws.REGION}:{aws.ACCOUNT_ID}:secret"
        sign_in(account, monkeypatch, f"{prefix}:switchboard/{account.id}-????????-??????")

    assert secret.read_secret(name) == VALUE
    with pytest.raises(SecretError, match="does not exist, or this function's role may not read it"):
        secret.read_secret(f"switchboard/{account.id}-abcdefgh")
