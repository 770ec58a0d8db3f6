"""The secret with the Vonage account's credentials, which the user writes and the provisioner only reads."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from switchboard.aws.secret import BYTE_ORDER_MARK, as_meant

from provisioner.errors import ProvisionerError
from provisioner.world import aws, refusals

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

WRITE_IT = "Write it with `make credentials`, or pass the name of the one you have as CredentialsSecret."


@dataclass(frozen=True)
class AccountSecret:
    """What the secret holds, as far as it matters here. Its repr shows no secret."""

    api_key: str
    api_secret: str = field(repr=False)
    signature_secret: str = field(default="", repr=False)

    @property
    def has_signature_secret(self) -> bool:
        """Whether webhooks can be verified with it."""
        return bool(self.signature_secret)


def read(client: "SecretsManagerClient", name: str) -> AccountSecret:
    """The account's credentials.

    Args:
        client: Secrets Manager.
        name: the secret's name or ARN.

    Raises:
        ProvisionerError: the secret is missing, unreadable or incomplete; the text says how to write it.
    """
    with aws.readable_errors(f"read the credentials secret {name!r}", WRITE_IT, name):
        try:
            text = client.get_secret_value(SecretId=name).get("SecretString")
        except ClientError as error:
            raise _missing(name, aws.code(error), aws.message(error)) or error from None
    fields = _texts(text)
    missing = " and ".join(key for key in ("api_key", "api_secret") if key not in fields)
    if missing:
        raise ProvisionerError(
            f"The credentials secret {name!r} lacks {missing}.", WRITE_IT, "CREDENTIALS_INCOMPLETE"
        )
    return AccountSecret(fields["api_key"], fields["api_secret"], fields.get("signature_secret", ""))


def _missing(name: str, code: str, message: str) -> ProvisionerError | None:
    """The error for a secret that is not there, or will not be there for long; None for any other."""
    if refusals.is_scheduled_for_deletion(code, message):
        cause = f"The credentials secret {name!r} is scheduled for deletion."
    elif not refusals.may_be_missing(code, message):
        return None
    elif code in refusals.DENIED:
        said = refusals.one_line(code, message)
        cause = f"The credentials secret {name!r} does not exist, or the provisioner may not read it: {said}."
    else:
        cause = f"There is no credentials secret {name!r}."
    return ProvisionerError(cause, refusals.next_step(code, message, WRITE_IT, name), "CREDENTIALS_MISSING")


def _texts(text: str | None) -> dict[str, str]:
    """The texts of a JSON object, as they were meant; nothing for anything else."""
    try:
        document = json.loads((text or "{}").lstrip(BYTE_ORDER_MARK))
    except ValueError:
        return {}
    if not isinstance(document, dict):
        return {}
    return {name: meant for name, value in document.items() if (meant := as_meant(value))}
