"""boto3 clients, and AWS's errors as sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from provisioner.errors import ProvisionerError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient

CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})


@cache
def secrets_manager() -> "SecretsManagerClient":
    """A client whose calls end long before the function does."""
    return boto3.client("secretsmanager", config=CONFIG)


@cache
def parameter_store() -> "SSMClient":
    """A client whose calls end long before the function does."""
    return boto3.client("ssm", config=CONFIG)


def code(error: BaseException) -> str:
    """AWS's own name of an error, such as `ResourceNotFoundException`; empty when there is none."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


@contextmanager
def readable_errors(doing: str, denied: str = "") -> Iterator[None]:
    """Turn AWS's errors into one an operator can act on.

    Args:
        doing: what was tried, as in "read the secret x".
        denied: what to do when access was denied.

    Raises:
        ProvisionerError: for any error of AWS.
    """
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        name = code(error) or type(error).__name__
        again = "Deploy again; if that does not help, look at the AWS status."
        step = denied if name == "AccessDeniedException" else again
        cause = f"AWS did not let the provisioner {doing}: {name}."
        raise ProvisionerError(cause, step, "AWS_REFUSED") from error
