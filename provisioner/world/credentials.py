"""The secrets with the Vonage account's credentials, which the user writes and the provisioner only reads.

One has the API key and secret. The other one has the signature secret, and is all that the functions behind
webhooks may read.
"""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from switchboard.aws.secret import BYTE_ORDER_MARK, as_meant, signature_secret_of

from provisioner.errors import ProvisionerError
from provisioner.world import aws, refusals

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

WRITE_IT = "Write it with `make credentials`, or pass the name of the one you have as CredentialsSecret."

WRITE_BOTH = "Write it with `make credentials`, which keeps the signature secret in a secret of its own."


@dataclass(frozen=True)
class AccountSecret:
    """What the secret holds, as far as it matters here. Its repr shows no secret.

    `has_signature_secret` tells that a signature secret lies here as well, as stages of release 0.1 read it.
    """

    api_key: str
    api_secret: str = field(repr=False)
    has_signature_secret: bool = False


@dataclass(frozen=True)
class SignatureSecret:
    """What the secret beside it holds. Its repr shows no secret."""

    api_key: str
    signature_secret: str = field(repr=False)


def read(client: "SecretsManagerClient", name: str) -> AccountSecret:
    """The account's API key and secret.

    Args:
        client: Secrets Manager.
        name: the secret's name or ARN.

    Raises:
        ProvisionerError: the secret is missing, unreadable or incomplete; the text says how to write it.
    """
    fields = _read(client, name, WRITE_IT)
    _refuse_incomplete(fields, name, ("api_key", "api_secret"), "CREDENTIALS_INCOMPLETE", WRITE_IT)
    return AccountSecret(fields["api_key"], fields["api_secret"], "signature_secret" in fields)


def read_signature(client: "SecretsManagerClient", credentials_secret: str) -> SignatureSecret:
    """The account's signature secret, by the name of the secret that it lies beside.

    Raises:
        ProvisionerError: the secret is missing, unreadable or incomplete; the text says how to write it.
    """
    name = signature_secret_of(_name(credentials_secret))
    fields = _read(client, name, WRITE_BOTH)
    _refuse_incomplete(fields, name, ("api_key", "signature_secret"), "SIGNATURE_SECRET_MISSING", WRITE_BOTH)
    return SignatureSecret(fields["api_key"], fields["signature_secret"])


def refuse_two_accounts(client: "SecretsManagerClient", credentials_secret: str) -> None:
    """See that both secrets are there, complete, and of one account.

    Raises:
        ProvisionerError: they aren't; the text says how to write them.
    """
    account, signature = read(client, credentials_secret), read_signature(client, credentials_secret)
    if account.api_key != signature.api_key:
        raise ProvisionerError(
            f"The secret {credentials_secret!r} and the one with the signature secret beside it are of two "
            "Vonage accounts.",
            WRITE_BOTH,
            "CREDENTIALS_DIFFER",
        )


def _read(client: "SecretsManagerClient", name: str, write_it: str) -> dict[str, str]:
    with aws.readable_errors(f"read the credentials secret {name!r}", write_it, name):
        try:
            text = client.get_secret_value(SecretId=name).get("SecretString")
        except ClientError as error:
            raise _missing(name, aws.code(error), aws.message(error), write_it) or error from None
    return _texts(text)


def _name(secret: str) -> str:
    """The name of a secret that is given by its name or ARN, which appends a hyphen and six characters."""
    return secret.partition(":secret:")[2][:-7] if secret.startswith("arn:") else secret


def _refuse_incomplete(
    fields: dict[str, str], name: str, needed: tuple[str, ...], code: str, write_it: str
) -> None:
    missing = " and ".join(key for key in needed if key not in fields)
    if missing:
        raise ProvisionerError(f"The credentials secret {name!r} lacks {missing}.", write_it, code)


def _missing(name: str, code: str, message: str, write_it: str) -> ProvisionerError | None:
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
    return ProvisionerError(cause, refusals.next_step(code, message, write_it, name), "CREDENTIALS_MISSING")


def _texts(text: str | None) -> dict[str, str]:
    """The texts of a JSON object, as they were meant; nothing for anything else."""
    try:
        document = json.loads((text or "{}").lstrip(BYTE_ORDER_MARK))
    except ValueError:
        return {}
    if not isinstance(document, dict):
        return {}
    return {name: meant for name, value in document.items() if (meant := as_meant(value))}
