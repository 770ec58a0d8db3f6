"""`make doctor` calls nothing healthy that it could not examine, or that CloudFormation has given up on."""

import pytest

from operate import doctor
from operate.errors import OperatorError
from operate.provisioner import is_well, render
from operate.stack import Stack
from tests.fakes.control_plane import Account

WELL: dict[str, object] = {
    "status": "healthy",
    "resources": [{"resource": "VonageApplication", "findings": []}],
    "by_hand": [],
}


@pytest.fixture
def healthy(account: Account) -> Account:
    """An account whose stack is as it should be; each test spoils one thing."""
    account.statuses, account.report = ["UPDATE_COMPLETE"], WELL
    return account


@pytest.mark.usefixtures("healthy")
def test_healthy_stack_has_nothing_more_to_tell() -> None:
    assert doctor.examine(Stack("shop")) == WELL


def test_stack_that_takes_no_update_is_sick_however_well_its_resources_are(healthy: Account) -> None:
    healthy.statuses = ["UPDATE_ROLLBACK_FAILED"]
    healthy.failed = {"WebhookCheck": ("UPDATE_FAILED", "")}

    report = doctor.examine(Stack("shop"))

    assert not is_well(report)
    assert report["status"] == "sick"
    assert "UPDATE_ROLLBACK_FAILED" in render(report)
    assert "--resources-to-skip WebhookCheck" in render(report)
    assert "✓ VonageApplication" in render(report)


def test_rollback_that_was_turned_off_is_found(healthy: Account) -> None:
    healthy.statuses = ["UPDATE_FAILED"]

    assert "rollback-stack --stack-name shop" in render(doctor.examine(Stack("shop")))


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("ROLLBACK_COMPLETE", "sam delete --stack-name shop"),
        ("ROLLBACK_FAILED", "sam delete --stack-name shop"),
        ("CREATE_IN_PROGRESS", "Wait until"),
        ("REVIEW_IN_PROGRESS", "it has never been deployed"),
    ],
)
def test_stack_that_is_not_there_is_not_examined(healthy: Account, word: str, sentence: str) -> None:
    healthy.statuses = [word]

    with pytest.raises(OperatorError, match=word) as refused:
        doctor.examine(Stack("shop"))
    assert sentence in str(refused.value)


@pytest.mark.usefixtures("account")
def test_no_stack_at_all_is_a_sentence() -> None:
    with pytest.raises(OperatorError, match="There is no stack shop"):
        doctor.examine(Stack("shop"))


def test_cloudformation_that_cannot_be_reached_is_a_sentence(
    healthy: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", "http://127.0.0.1:9")

    with pytest.raises(OperatorError, match="Could not connect") as refused:
        doctor.examine(Stack("shop"))
    assert "Check the network" in refused.value.next_step
    assert healthy.report == WELL


def test_provisioner_without_records_is_not_healthy(healthy: Account) -> None:
    finding = {"code": "RECORDS_EMPTY", "message": "The records know nothing", "next_step": "Deploy."}
    nothing = {"resource": "records", "findings": [finding]}
    healthy.report = {"status": "sick", "resources": [nothing], "by_hand": []}

    report = doctor.examine(Stack("shop"))

    assert not is_well(report)
    assert "RECORDS_EMPTY: The records know nothing" in render(report)


def test_provisioner_that_cannot_be_asked_does_not_hide_what_cloudformation_says(healthy: Account) -> None:
    healthy.statuses, healthy.denied = ["UPDATE_ROLLBACK_FAILED"], {"Invoke"}
    healthy.failed = {"WebhookCheck": ("UPDATE_FAILED", "")}

    with pytest.raises(OperatorError, match="UPDATE_ROLLBACK_FAILED"):
        doctor.examine(Stack("shop"))


def test_provisioner_that_was_never_made_does_not_hide_what_cloudformation_says(healthy: Account) -> None:
    healthy.statuses = ["CREATE_FAILED"]
    healthy.failed = {"ProvisionerFunction": ("CREATE_FAILED", "The role can't be assumed")}

    with pytest.raises(OperatorError, match=r"CREATE_FAILED.*The role can't be assumed"):
        doctor.examine(Stack("shop"))


def test_young_account_is_told_what_to_ask_for_and_not_called_sick(healthy: Account) -> None:
    healthy.executions = 10

    report = doctor.examine(Stack("shop"))

    assert is_well(report)
    assert [each["code"] for each in report["by_hand"]] == ["FEW_EXECUTIONS"]
    assert "At most 10 functions" in render(report)


def test_limits_that_may_not_be_read_are_said(healthy: Account) -> None:
    healthy.denied = {"GetAccountSettings"}

    report = doctor.examine(Stack("shop"))

    assert is_well(report)
    assert "lambda:GetAccountSettings" in render(report)
