"""The secret with the Vonage account's credentials, which the user writes and the provisioner only reads."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from provisioner.errors import ProvisionerError
from provisioner.world import aws
from provisioner.world.secret import GONE

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


@dataclass(frozen=True)
class AccountSecret:
    """What the secret holds, as far as it matters here. Its repr shows no secret."""

    api_key: str
    api_secret: str = field(repr=False)
    has_signature_secret: bool


def read(client: "SecretsManagerClient", name: str) -> AccountSecret:
    """The account's credentials.

    Args:
        client: Secrets Manager.
        name: the secret's name or ARN.

    Raises:
        ProvisionerError: the secret is missing, unreadable or incomplete; the text says how to write it.
    """
    step = "Write it with `make credentials`, or pass the name of the one you have as CredentialsSecret."
    with aws.readable_errors(f"read the credentials secret {name!r}", step):
        try:
            text = client.get_secret_value(SecretId=name).get("SecretString")
        except ClientError as error:
            if aws.code(error) in GONE:
                raise ProvisionerError(
                    f"There is no credentials secret {name!r}.", step, "CREDENTIALS_MISSING"
                ) from None
            raise
    fields = _texts(text)
    missing = " and ".join(key for key in ("api_key", "api_secret") if key not in fields)
    if missing:
        raise ProvisionerError(
            f"The credentials secret {name!r} lacks {missing}.", step, "CREDENTIALS_INCOMPLETE"
        )
    return AccountSecret(fields["api_key"], fields["api_secret"], "signature_secret" in fields)


def _texts(text: str | None) -> dict[str, str]:
    """The non-empty strings of a JSON object; nothing for anything else."""
    try:
        document = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(document, dict):
        return {}
    return {name: value for name, value in document.items() if isinstance(value, str) and value}
