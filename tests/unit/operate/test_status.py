"""The status of a stack is told with the command that helps, and no live stack is told to be deleted."""

import pytest

from operate import status
from operate.errors import OperatorError
from operate.stack import Stack
from tests.fakes.control_plane import Account

# Source: AWS, CloudFormation user guide, "Stack status codes": those of a stack that has been deployed.
LIVE = [
    "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_FAILED",
    "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_IN_PROGRESS", "IMPORT_COMPLETE", "IMPORT_IN_PROGRESS",
    "IMPORT_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_IN_PROGRESS",
]  # fmt: skip
AT_WORK = [
    "CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS", "UPDATE_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
]  # fmt: skip
READY = ["", "REVIEW_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"]


def shop() -> Stack:
    return Stack("shop", "--stack-name shop --region eu-west-1")


def hindrance(word: str) -> OperatorError:
    hindered = status.hindrance(shop(), word)
    assert hindered
    return hindered


@pytest.mark.parametrize("word", READY)
def test_stack_that_takes_a_deployment_is_not_in_the_way(word: str) -> None:
    assert status.hindrance(shop(), word) is None


def test_way_back_that_failed_is_continued_with_or_without_what_failed(account: Account) -> None:
    account.statuses = ["UPDATE_ROLLBACK_FAILED"]
    account.failed = {
        "VonageNumbers": ("UPDATE_FAILED", "Received response status [FAILED] <420>"),
        "WebhookCheck": ("UPDATE_FAILED", ""),
    }

    hindered = hindrance("UPDATE_ROLLBACK_FAILED")

    assert "VonageNumbers: Received response status [FAILED] <420>" in hindered.cause
    assert "WebhookCheck: no reason was given" in hindered.cause
    go_on = "aws cloudformation continue-update-rollback --stack-name shop --region eu-west-1"
    assert f"`{go_on}`" in hindered.next_step
    assert f"`{go_on} --resources-to-skip VonageNumbers WebhookCheck`" in hindered.next_step


@pytest.mark.parametrize("word", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED"])
def test_first_deployment_that_failed_is_deleted(account: Account, word: str) -> None:
    account.statuses = [word]

    hindered = hindrance(word)

    assert "first deployment failed" in hindered.cause
    assert "sam delete --stack-name shop --region eu-west-1" in hindered.next_step


def test_deletion_that_failed_is_tried_again_or_leaves_something_behind(account: Account) -> None:
    account.statuses = ["DELETE_FAILED"]
    account.failed = {"MediaBucket": ("DELETE_FAILED", "The bucket you tried to delete is not empty")}

    hindered = hindrance("DELETE_FAILED")

    assert "MediaBucket: The bucket you tried to delete is not empty" in hindered.cause
    assert "sam delete --stack-name shop" in hindered.next_step
    assert (
        "delete-stack --stack-name shop --region eu-west-1 --retain-resources MediaBucket"
        in hindered.next_step
    )


@pytest.mark.parametrize("word", AT_WORK)
def test_stack_that_is_being_worked_on_is_waited_for(word: str) -> None:
    hindered = hindrance(word)

    assert word in hindered.cause
    assert hindered.next_step.startswith("Wait")
    assert "describe-stacks --stack-name shop --region eu-west-1" in hindered.next_step


@pytest.mark.parametrize("word", LIVE)
def test_live_stack_is_never_told_to_be_deleted(account: Account, word: str) -> None:
    account.statuses = [word]
    account.failed = {"WebhookCheck": ("UPDATE_FAILED", "")}

    assert "delete" not in status.after_failure(shop())
    assert "first deployment" not in status.after_failure(shop())


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("UPDATE_ROLLBACK_COMPLETE", "is rolled back: what ran before still runs"),
        ("UPDATE_COMPLETE", "is as it was"),
        ("REVIEW_IN_PROGRESS", "has not been made"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("ROLLBACK_COMPLETE", "sam delete"),
        ("UPDATE_FAILED", "rollback-stack --stack-name shop"),
        ("CREATE_FAILED", "rollback-stack --stack-name shop"),
    ],
)
def test_failed_deployment_is_told_by_what_became_of_the_stack(
    account: Account, word: str, sentence: str
) -> None:
    account.statuses = [word]
    account.failed = {"WebhookCheck": ("UPDATE_FAILED", "")}

    assert sentence in status.after_failure(shop())


@pytest.mark.usefixtures("account")
def test_stack_that_was_never_made_is_told_as_such() -> None:
    assert "The stack shop has not been made" in status.after_failure(shop())


def test_status_that_may_not_be_read_hides_nothing_else(account: Account) -> None:
    account.denied = {"DescribeStacks"}

    told = status.after_failure(shop())

    assert "not authorized to perform: DescribeStacks" in told
    assert "isn't known" in told
    assert "delete" not in told
