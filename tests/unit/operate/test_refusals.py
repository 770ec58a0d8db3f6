"""What AWS refuses is said with what to do about it."""

import subprocess
import sys

import pytest
from botocore import exceptions as aws

from operate.errors import OperatorError
from operate.paths import ROOT
from operate.refusals import asking_aws_to
from tests.fakes.control_plane import Account


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


def test_region_is_taken_by_the_name_that_the_aws_cli_uses(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts more than the one that boto3 reads, as it does for the AWS CLI."""
    del account  # it has no stack
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    command = [sys.executable, "-m", "operate", "doctor"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.stderr.startswith("There is no stack ")
