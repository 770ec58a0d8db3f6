"""A secret that holds a JSON object, read from Secrets Manager.

Source: AWS Secrets Manager API reference, GetSecretValue (`CreatedDate` is when the version was made; JSON
gives it in Unix seconds).
"""

import functools
import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from switchboard.errors import AwsError, SecretError

if TYPE_CHECKING:
    from switchboard.aws.signed import Service

# How long a caller may be kept waiting for Secrets Manager.
_TIMEOUT_S = 1.5
# How much of AWS's own sentence is told.
_MESSAGE = 400


# What editors put in front of a text, and what JSON does not allow there.
BYTE_ORDER_MARK = "\ufeff"
_BLANKS = " \t\r\n\u00a0\u200b" + BYTE_ORDER_MARK


# Where a thread has a client of its own.
_of_thread = threading.local()

Done = TypeVar("Done")


class Version(NamedTuple):
    """A version of a secret: the JSON object it holds, and the Unix time in seconds at which it was made.

    `created_at` is `None` when Secrets Manager gave no number.
    """

    value: dict[str, Any]
    created_at: float | None


def signature_secret_of(credentials_secret: str) -> str:
    """The name of the secret with the signature secrets, beside that of the account's API key and secret.

    What faces the internet may read this one alone. template.yaml has the same name.
    """
    return f"{credentials_secret}-signature"


def read_secret(
    name: str, label: str = "AWSCURRENT", *, timeout_s: float = _TIMEOUT_S
) -> dict[str, Any] | None:
    """The JSON object that a secret holds, or `None` when it has no version with this label.

    Raises:
        SecretError: Secrets Manager refused or failed, or the value isn't a JSON object.
    """
    version = read_version(name, label, timeout_s=timeout_s)
    return version.value if version else None


def read_version(name: str, label: str, *, timeout_s: float = _TIMEOUT_S) -> Version | None:
    """The version of a secret with this label, or `None` when there is none.

    Raises:
        SecretError: Secrets Manager refused or failed, or the value isn't a JSON object.
    """
    try:
        service: Service = getattr(_of_thread, "service", None) or _secrets_manager()
        reply = service.call("GetSecretValue", {"SecretId": name, "VersionStage": label}, timeout_s=timeout_s)
        value = json.loads((reply.get("SecretString") or "").lstrip(BYTE_ORDER_MARK))
    except AwsError as exc:
        if exc.code == "ResourceNotFoundException":
            return None
        raise SecretError(_refusal(name, exc)) from exc
    except ValueError:
        value = None
    if not isinstance(value, dict):
        # Without its cause: a JSON error carries the text that it could not read.
        raise SecretError(
            f"The secret {name} isn't a JSON object. Run `make credentials` to write it again."
        ) from None
    created_at = reply.get("CreatedDate")
    return Version(value, created_at if isinstance(created_at, (int, float)) else None)


def as_meant(value: object) -> str:
    """A key or secret as it was meant: without blanks around it, a whole number in digits; else empty.

    Secrets are written by hand and by other tools, too. No credential of Vonage's has a blank at its end.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip(_BLANKS) if isinstance(value, str) else ""


def _refusal(name: str, error: AwsError) -> str:
    """What AWS says, and what to do about it."""
    said = f"({error.code}: {error.message[:_MESSAGE]})" if error.message else f"({error.code})"
    if "KMS" in error.message:
        return f"The secret {name} could not be read {said}. Its KMS key must be given as KmsKeyArn."
    if error.code == "AccessDeniedException":
        # IAM answers before existence: who may read one name alone is denied a secret that is not there.
        return (
            f"The secret {name} does not exist, or this function's role may not read it {said}. "
            "`make credentials` writes the account's."
        )
    if error.code == "InvalidRequestException" and "delet" in error.message:
        return (
            f"The secret {name} has to be restored first {said}. `aws secretsmanager restore-secret` does it."
        )
    return f"The secret {name} could not be read {said}."


def apart(read: Callable[[], Done]) -> Done:
    """Read over a connection of its own, closed then: in a thread, while another may have an event."""
    _of_thread.service = service = _secrets_manager.__wrapped__()
    try:
        return read()
    finally:
        del _of_thread.service
        service.close()


@functools.cache
def _secrets_manager() -> "Service":
    from switchboard.aws.signed import Service  # http.client and ssl: only for the secret

    return Service("secretsmanager", "secretsmanager", "1.1", "AWS_ENDPOINT_URL_SECRETS_MANAGER")
