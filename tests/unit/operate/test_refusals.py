"""What AWS refuses is said with what to do about it, and a wrong command line before AWS is asked."""

import subprocess

import pytest
from botocore import exceptions as aws

from operate import queues, replay, timeline
from operate.__main__ import is_on
from operate.errors import OperatorError
from operate.paths import ROOT
from operate.refusals import asking_aws_to
from operate.stack import Stack


def refusal(code: str) -> aws.ClientError:
    return aws.ClientError({"Error": {"Code": code, "Message": "no"}}, "DoIt")


@pytest.mark.parametrize(
    ("error", "next_step"),
    [
        (aws.NoCredentialsError(), "aws configure"),
        (aws.ProfileNotFound(profile="nobody"), "AWS_PROFILE"),
        (aws.UnauthorizedSSOTokenError(), "aws sso login"),
        (refusal("ExpiredToken"), "aws sso login"),
        (refusal("AccessDenied"), "aws sts get-caller-identity"),
        (aws.NoRegionError(), "AWS_REGION=us-east-1"),
        (aws.EndpointConnectionError(endpoint_url="http://nowhere"), "network"),
    ],
)
def test_refusal_says_what_to_do(error: Exception, next_step: str) -> None:
    with pytest.raises(OperatorError) as raised, asking_aws_to("read the logs"):
        raise error

    assert raised.value.cause.startswith("AWS did not let us read the logs: ")
    assert next_step in raised.value.next_step


def test_what_somebody_can_act_on_already_stays_as_it_is() -> None:
    known = OperatorError("Nothing is known of it.", "Give another.")

    with pytest.raises(OperatorError) as raised, asking_aws_to("read the timeline"):
        raise known

    assert raised.value is known


def test_region_is_taken_by_the_name_that_the_aws_cli_uses() -> None:
    show = [
        "make",
        "--no-print-directory",
        "--eval",
        "show:;@echo $$AWS_DEFAULT_REGION",
        "show",
        "AWS_REGION=eu-west-3",
    ]

    assert subprocess.run(show, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "eu-west-3\n"


def test_missing_arguments_are_named() -> None:
    nowhere = Stack("nowhere")

    with pytest.raises(OperatorError, match="CALL is missing"):
        timeline.read(nowhere, "")
    with pytest.raises(OperatorError, match="QUEUE is missing"):
        queues.redrive(nowhere, "")
    with pytest.raises(OperatorError, match=r"FROM is missing.*\n.*CALL=CON-"):
        replay.stretch(nowhere, "", "")


def test_stretch_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(OperatorError, match="is not before TO="):
        replay.stretch(Stack("nowhere"), "2026-11-23T09:00", "2026-11-23T08:00")


def test_switch_that_is_neither_true_nor_false_is_no_silent_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPAIR", "yes")

    with pytest.raises(OperatorError, match="REPAIR=true"):
        is_on("REPAIR")
