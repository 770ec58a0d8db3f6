"""The application's secret: written first, rotated, promoted, emptied."""

import json

import pytest
from botocore.exceptions import ClientError

from provisioner.errors import ProvisionerError
from provisioner.world import keys
from provisioner.world.secret import ApplicationSecret, Content
from tests.contract.account import Account, by_the_emulators

KEY = keys.make()


@pytest.fixture
def secret(account: Account) -> ApplicationSecret:
    """A secret as CloudFormation makes it: without a value."""
    return ApplicationSecret(account.secrets, account.secret())


def content(application_id: str, key_version: str = "1") -> Content:
    return Content(KEY, application_id, key_version)


def test_an_empty_secret_reads_as_empty(secret: ApplicationSecret) -> None:
    assert secret.current().application_id == ""
    assert secret.current().key is None
    assert secret.pending() == Content()


def test_what_was_stored_is_read(secret: ApplicationSecret) -> None:
    stored = secret.put(content("app-1"), "request-1")

    assert secret.current() == stored
    assert secret.current().key == KEY


def test_the_first_value_is_the_current_one_whatever_was_asked_for(
    account: Account, secret: ApplicationSecret
) -> None:
    """API reference, PutSecretValue: "If this operation creates the first version for the secret then Secrets
    Manager automatically attaches the staging label AWSCURRENT". In the embedded AWS it is the second one."""
    stored = secret.put(content("app-1"), "request-1", pending=True)

    labels = account.labels(secret.arn)[stored.version_id]

    assert labels == account.expects(["AWSCURRENT", "AWSPENDING"], ministack=["AWSPENDING"])


def test_the_same_token_stores_once(account: Account, secret: ApplicationSecret) -> None:
    first = secret.put(content("app-1"), "request-1")

    assert secret.put(content("app-1"), "request-1") == first
    assert account.labels(secret.arn)[first.version_id] == ["AWSCURRENT"]


def test_the_same_token_with_other_content_gives_back_what_was_stored_first(
    account: Account, secret: ApplicationSecret
) -> None:
    """API reference, PutSecretValue, ClientRequestToken: "the request fails because you can't modify a secret
    version". The embedded AWS modifies it."""
    first = secret.put(content("app-1"), "request-1")
    second = secret.put(content("app-2"), "request-1")

    assert second.application_id == account.expects("app-1", ministack="app-2")
    assert second.version_id == first.version_id


def test_a_token_of_an_earlier_version_moves_no_label(account: Account, secret: ApplicationSecret) -> None:
    """API reference, PutSecretValue, ClientRequestToken: with the same data "the request is ignored". The
    embedded AWS makes the old version the current one again, so a late delivery undoes a rotation there."""
    old = secret.put(content("app-1"), "request-1")
    secret.put(content("app-2"), "request-2")

    secret.put(content("app-1"), "request-1")

    labels = account.labels(secret.arn)[old.version_id]
    assert labels == account.expects(["AWSPREVIOUS"], ministack=["AWSCURRENT"])


def test_a_pending_value_stands_beside_the_current_one(secret: ApplicationSecret) -> None:
    current = secret.put(content("app-1"), "request-1")
    pending = secret.put(content("app-1", "2"), "request-2", pending=True)

    assert secret.current() == current
    assert secret.pending() == pending


def test_a_promoted_value_is_the_current_one_and_the_old_one_the_previous(
    account: Account, secret: ApplicationSecret
) -> None:
    current = secret.put(content("app-1"), "request-1")
    pending = secret.put(content("app-1", "2"), "request-2", pending=True)

    secret.promote(pending.version_id)
    secret.promote(pending.version_id)

    labels = account.labels(secret.arn)
    assert labels[pending.version_id] == ["AWSCURRENT"]
    assert labels[current.version_id] == ["AWSPREVIOUS"]
    assert secret.pending() == Content()


def test_a_promoted_value_is_what_readers_get(account: Account, secret: ApplicationSecret) -> None:
    """Each label is "attached to only one version at a time" (API reference, UpdateSecretVersionStage). moto
    gives the old value to those who name no label; ours do."""
    current = secret.put(content("app-1"), "request-1")
    pending = secret.put(content("app-1", "2"), "request-2", pending=True)

    secret.promote(pending.version_id)

    assert secret.current() == pending
    found = account.secrets.get_secret_value(SecretId=secret.arn)["VersionId"]
    assert found == account.expects(pending.version_id, moto=current.version_id)


def test_what_is_stored_after_a_promotion_takes_the_label_along(
    account: Account, secret: ApplicationSecret
) -> None:
    """As above. In moto two versions are the current one then."""
    secret.put(content("app-1"), "request-1")
    pending = secret.put(content("app-1", "2"), "request-2", pending=True)
    secret.promote(pending.version_id)

    secret.put(content("app-1", "3"), "request-3")

    labels = account.labels(secret.arn)[pending.version_id]
    assert labels == account.expects(["AWSPREVIOUS"], moto=["AWSCURRENT"])


def test_a_pending_value_that_is_dropped_is_gone_for_readers(secret: ApplicationSecret) -> None:
    current = secret.put(content("app-1"), "request-1")
    secret.put(content("app-1", "2"), "request-2", pending=True)

    secret.drop_pending()
    secret.drop_pending()

    assert secret.pending() == Content()
    assert secret.current() == current


def test_the_current_label_is_not_moved_without_naming_who_has_it(
    account: Account, secret: ApplicationSecret
) -> None:
    """API reference, UpdateSecretVersionStage, RemoveFromVersionId: "If the label is attached and you either
    do not specify this parameter, or the version ID does not match, then the operation fails"."""
    secret.put(content("app-1"), "request-1")
    pending = secret.put(content("app-1", "2"), "request-2", pending=True)

    with pytest.raises(ClientError, match="InvalidParameterException"):
        account.secrets.update_secret_version_stage(
            SecretId=secret.arn, VersionStage="AWSCURRENT", MoveToVersionId=pending.version_id
        )


def test_emptying_keeps_what_is_somebody_else_s(account: Account, secret: ApplicationSecret) -> None:
    stored = secret.put(Content(KEY, "app-1", "1", others={"theirs": True}), "request-1")

    secret.empty(stored, "request-2")

    value = account.secrets.get_secret_value(SecretId=secret.arn)["SecretString"]
    assert json.loads(value) == {"theirs": True}
    assert secret.current().application_id == ""


@by_the_emulators
def test_a_secret_that_is_scheduled_for_deletion_is_to_be_restored_and_counts_as_emptied(
    account: Account, secret: ApplicationSecret
) -> None:
    secret.put(content("app-1"), "request-1")
    account.secrets.delete_secret(SecretId=secret.arn)

    with pytest.raises(ProvisionerError, match="aws secretsmanager restore-secret --secret-id"):
        secret.current()
    secret.empty(Content(), "request-2")


@by_the_emulators
def test_a_secret_that_is_scheduled_for_deletion_takes_no_value(
    account: Account, secret: ApplicationSecret
) -> None:
    """Refused like reading it (user guide, "Delete a secret"). moto stores it."""
    secret.put(content("app-1"), "request-1")
    account.secrets.delete_secret(SecretId=secret.arn)

    try:
        secret.put(content("app-1"), "request-2")
        answer = "stored"
    except ProvisionerError as refusal:
        answer = str(refusal).partition(" (")[0].rpartition(" ")[2]

    assert answer == account.expects("InvalidRequestException", moto="stored")
