"""A secret of the user's, as `make secret` keeps it.

Source: AWS Secrets Manager API reference, GetSecretValue.
"""

import functools

from switchboard.aws.signed import Service
from switchboard.environment import required
from switchboard.errors import AwsError, SecretError
from switchboard.yours.kept import Kept

_TIMEOUT_S = 1.5


def secret(name: str) -> str:
    """The text of a secret that `make secret NAME=…` keeps; asked again when it is 5 minutes old.

    Raises:
        SecretError: Secrets Manager refused or failed, and the secret was never read before.
    """
    return _kept(f"{required('SWITCHBOARD_STACK')}/app/{name}").value()


@functools.cache
def _kept(full_name: str) -> Kept[str]:
    return Kept(functools.partial(_read, full_name), "Secret")


def _read(full_name: str) -> str:
    try:
        reply = _secrets.call("GetSecretValue", {"SecretId": full_name}, timeout_s=_TIMEOUT_S)
    except AwsError as error:
        said, name = f"({error.code}: {error.message[:400]})", full_name.rpartition("/")[2]
        raise SecretError(
            f"The secret {full_name} could not be read {said}. `make secret NAME={name} FLOWS=…` writes it, "
            "and lets flows read it from the next deployment on."
        ) from error
    text = reply.get("SecretString")
    if not isinstance(text, str):
        raise SecretError(f"The secret {full_name} holds no text. Write it again: make secret.")
    return text


_secrets = Service("secretsmanager", "secretsmanager", "1.1", "AWS_ENDPOINT_URL_SECRETS_MANAGER")
