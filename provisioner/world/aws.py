"""boto3 clients, and AWS's errors as sentences."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from provisioner.cloudformation.deadline import Deadline
from provisioner.errors import ProvisionerError
from provisioner.world import refusals

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0
Client = TypeVar("Client")
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


def patient(client: Client, deadline: Deadline) -> Client:
    """The client, whose calls wait and try again while AWS throttles them and there is time."""
    return cast("Client", _Patient(client, deadline))


class _Patient:
    """A client that outwaits other stacks: PutParameter's quota is three a second for a whole account."""

    def __init__(self, client: object, deadline: Deadline) -> None:
        self._client, self._deadline = client, deadline

    def __getattr__(self, name: str) -> object:
        attribute = getattr(self._client, name)
        return partial(self._asked, attribute) if callable(attribute) else attribute

    def _asked(self, operation: Callable[..., Any], **request: object) -> Any:  # noqa: ANN401 - any reply
        pause = FIRST_PAUSE_S
        while True:
            try:
                return operation(**request)
            except ClientError as error:
                if code(error) not in refusals.THROTTLED or pause >= self._deadline.remaining():
                    raise
            self._deadline.pause(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            pause = min(2 * pause, LONGEST_PAUSE_S)


def message(error: BaseException) -> str:
    """AWS's own sentence; empty when there is none."""
    return str(error.response.get("Error", {}).get("Message", "")) if isinstance(error, ClientError) else ""


@contextmanager
def readable_errors(doing: str, denied: str = "", secret: str = "") -> Iterator[None]:
    """Turn AWS's errors into one an operator can act on.

    Args:
        doing: what was tried, as in "read the secret x".
        denied: what to do when access was denied.
        secret: the secret that it is about, if any.

    Raises:
        ProvisionerError: for any error of AWS.
    """
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        name, sentence = code(error) or type(error).__name__, message(error)
        cause = f"AWS did not let the provisioner {doing}: {refusals.one_line(name, sentence)}."
        step = refusals.next_step(name, sentence, denied, secret)
        raise ProvisionerError(cause, step, "AWS_REFUSED") from error
