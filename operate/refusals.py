"""What AWS refuses, as a sentence and a next step."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions as aws

from operate.errors import OperatorError

_SIGNED_OUT = (
    aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError, aws.ProfileNotFound,
    aws.TokenRetrievalError, aws.SSOError, aws.LoginError,
)  # fmt: skip
_SIGNED_OUT_CODES = {
    "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}  # fmt: skip
_SIGN_IN = "Sign in (`aws configure`, or `aws sso login`), or name a profile: AWS_PROFILE=…"
_REGION = "Name it: AWS_REGION=us-east-1, or `aws configure set region us-east-1`."
_NETWORK = "Check the network and AWS_REGION, then run the same command again."
_OTHERWISE = "`aws sts get-caller-identity` says who asked; check that they may do this, and AWS_REGION."


@contextmanager
def asking_aws_to(do: str) -> Iterator[None]:
    """Turn what AWS refuses in this block into an OperatorError.

    Args:
        do: What AWS is asked to let us do, such as `read the logs`.

    Raises:
        OperatorError: AWS refused, or could not be asked.
    """
    try:
        yield
    except (aws.ClientError, aws.BotoCoreError) as error:
        raise OperatorError(f"AWS did not let us {do}: {error}", next_step(error)) from error


def next_step(error: Exception) -> str:
    """What can be done about an error of boto3's."""
    if isinstance(error, aws.ClientError):
        code = error.response.get("Error", {}).get("Code")
        return _SIGN_IN if code in _SIGNED_OUT_CODES else _OTHERWISE
    if isinstance(error, _SIGNED_OUT):
        return _SIGN_IN
    if isinstance(error, aws.NoRegionError):
        return _REGION
    return _NETWORK if isinstance(error, aws.ConnectionError | aws.HTTPClientError) else _OTHERWISE
