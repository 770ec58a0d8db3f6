"""What a stack's events tell of a deployment that failed."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from operate.stack import Stack
from tests.fakes.canned import Account, Json

BEGUN = datetime(2026, 11, 28, 12, tzinfo=UTC)


def event(name: str, after_s: int, status: str = "UPDATE_FAILED", reason: str = "refused") -> Json:
    return {
        "LogicalResourceId": name,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
        "Timestamp": BEGUN + timedelta(seconds=after_s),
    }


def first_failure(*newest_first: Json) -> str:
    account = Account(
        {"cloudformation.describe_stack_events": lambda **_: {"StackEvents": list(newest_first)}}
    )
    return Stack("shop", client=account.client("cloudformation")).first_failure(BEGUN)


@pytest.mark.parametrize(
    "other",
    [
        event("Earlier", -60),
        event("Fine", 1, status="UPDATE_COMPLETE"),
        event("Beside", 1, reason="Resource update cancelled"),
    ],
)
def test_first_failure_is_the_deployment_s_own_and_no_consequence_of_another(other: Json) -> None:
    assert first_failure(event("Later", 20), event("First", 10), other) == "First: refused"


def test_failure_without_a_reason_is_named_all_the_same() -> None:
    silent = event("First", 10)
    del silent["ResourceStatusReason"]

    assert first_failure(silent) == "First: no reason was given"


def test_stack_that_is_gone_has_no_failure() -> None:
    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStackEvents")

    account = Account({"cloudformation.describe_stack_events": refuse})

    assert Stack("shop", client=account.client("cloudformation")).first_failure(BEGUN) == ""
