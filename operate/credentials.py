"""`make credentials`: puts the Vonage account's credentials where the stack looks for them.

There are two secrets: one with the API key and secret, which is all that the account can do, and beside it
one with the signature secret, which is all that the functions that face the internet may read. The values
are typed, not shown, and go to Secrets Manager alone: no argument, no file, no log has them.
"""

import argparse
import getpass
import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import boto3
import httpx
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from switchboard.aws.secret import BYTE_ORDER_MARK, as_meant, signature_secret_of

from operate.command_line import WELL, Command, Output, switch, takes_stage
from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.stages.samconfig import settings_of

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SECRET_NAME = "switchboard/vonage"  # noqa: S105 - the template's default
VONAGE_API_URL = "https://api.nexmo.com"
QUESTIONS = {
    "api_key": "API key",
    "api_secret": "API secret",
    "signature_secret": "Signature secret",
}
WHERE = "The Vonage dashboard shows all three in its API settings. What you type is not shown."


def ask(
    out: Console,
    prompt: Callable[[str], str] = getpass.getpass,
    *,
    name: str = SECRET_NAME,
    leaked: bool = False,
    separate: bool = False,
) -> None:
    """Ask for the credentials, try them at Vonage and store them.

    Stages of release 0.1 read the signature secret beside the API secret: what they find there is renewed.

    Args:
        out: Where it says what it does.
        prompt: Asks for one value without showing it.
        name: The name of the secret with the API key and secret.
        leaked: Whether to end the time for which webhooks go on accepting the previous signature secret.
        separate: Whether to take the signature secret out of the secret with the API key and secret.

    Raises:
        OperatorError: Something was left empty, or Vonage or AWS refused.
    """
    out.print(f"Credentials of the Vonage account, for the secret [bold]{name}[/]. {WHERE}")
    credentials = {field: _typed(prompt, title) for field, title in QUESTIONS.items()}
    _try_at_vonage(credentials["api_key"], credentials["api_secret"])
    names = signature_secret_of(name), name
    with asking_aws_to("store the secrets"):
        client = boto3.client("secretsmanager")
        values = _divided(credentials, *(_found(client, each) for each in names), separate=separate)
        for each, value in zip(names, values, strict=True):
            out.print(f"{_store(client, each, value)} [bold]{each}[/].")
    if leaked:
        with asking_aws_to("take AWSPREVIOUS off the secrets' previous versions, which still count"):
            for each in names:
                _drop_previous(client, each)
        out.print("The previous signature secret is refused everywhere within 5 minutes.")
    out.print("Next: `make deploy`.")


def _divided(
    credentials: dict[str, str], apart: dict[str, object], kept: dict[str, object], *, separate: bool
) -> tuple[dict[str, object], dict[str, object]]:
    """What the secret for webhooks and the one for the APIs are to hold, given what each holds now."""
    signing = {field: credentials[field] for field in ("api_key", "signature_secret")}
    calling = {field: credentials[field] for field in ("api_key", "api_secret")}
    subaccounts = {field: kept[field] for field in ("signature_secrets",) if field in kept}
    if separate:
        kept = {field: kept[field] for field in kept if not field.startswith("signature_secret")}
    elif "signature_secret" in kept:
        calling["signature_secret"] = credentials["signature_secret"]
    return {**subaccounts, **apart, **signing}, {**kept, **calling}


def refuse_missing(name: str) -> None:
    """Refuse a deployment before it begins where a secret is certainly missing, as in an upgrade from 0.1.

    Args:
        name: The stage's CredentialsSecret; the template's default when empty.

    Raises:
        OperatorError: It has to be written first.
    """
    client = boto3.client("secretsmanager")
    name = name or SECRET_NAME
    for each in (name, signature_secret_of(name)):
        try:
            client.describe_secret(SecretId=each)
        except client.exceptions.ResourceNotFoundException as error:
            raise OperatorError(
                f"There is no secret {each}. The signature secret has one of its own, which is all that the "
                "functions that face the internet may read.",
                f"Write both: make credentials CREDENTIALS_SECRET={name}",
            ) from error
        except (BotoCoreError, ClientError):  # whoever deploys need not be allowed to look
            return


def stored(name: str) -> tuple[str, str]:
    """The API key and secret that a secret holds, read as the stack reads them.

    Raises:
        OperatorError: AWS refused, or they aren't in it.
    """
    with asking_aws_to(f"read the credentials secret {name}"):
        kept = _kept(boto3.client("secretsmanager").get_secret_value(SecretId=name).get("SecretString"))
    api_key, api_secret = (as_meant(kept.get(field)) for field in ("api_key", "api_secret"))
    if not (api_key and api_secret):
        raise OperatorError(
            f"The secret {name} isn't a JSON object with an api_key and an api_secret.",
            f"Write it again: make credentials CREDENTIALS_SECRET={name}",
        )
    return api_key, api_secret


def vonage_url() -> str:
    """Where Vonage's API answers."""
    return os.environ.get("VONAGE_API_URL") or VONAGE_API_URL


def _typed(prompt: Callable[[str], str], title: str) -> str:
    try:
        value = as_meant(prompt(f"{title}: "))
    except EOFError:
        value = ""
    if not value:
        raise OperatorError(f"The {title} was left empty.", "Run `make credentials` again.")
    return value


def _try_at_vonage(api_key: str, api_secret: str) -> None:
    """Refuse a key and secret that Vonage refuses. The signature secret has no API to try it with."""
    address = f"{vonage_url()}/v2/applications"
    try:
        reply = httpx.get(address, params={"page_size": 1}, auth=(api_key, api_secret), timeout=10)
    except httpx.HTTPError as error:
        raise OperatorError(
            f"{vonage_url()} could not be reached to try the credentials: {type(error).__name__}.",
            "Check the network, then run `make credentials` again.",
        ) from error
    if reply.status_code == httpx.codes.UNAUTHORIZED:
        raise OperatorError("Vonage refused this API key and secret.", "Copy them again: `make credentials`.")


def _found(client: "SecretsManagerClient", name: str) -> dict[str, object]:
    """What a secret holds; nothing when there is none."""
    try:
        return _kept(client.get_secret_value(SecretId=name).get("SecretString"))
    except client.exceptions.ResourceNotFoundException:
        return {}
    except client.exceptions.InvalidRequestException as error:
        if "deletion" not in str(error):
            raise
        raise OperatorError(
            f"The secret {name} is scheduled for deletion.",
            f"Restore it: `aws secretsmanager restore-secret --secret-id {name}`, then run the same command "
            "again.",
        ) from error


def _store(client: "SecretsManagerClient", name: str, credentials: dict[str, object]) -> str:
    value = json.dumps(credentials)
    try:
        client.put_secret_value(SecretId=name, SecretString=value)
    except client.exceptions.ResourceNotFoundException:
        client.create_secret(
            Name=name,
            Description="Credentials of the Vonage account, read by Switchboard",
            SecretString=value,
        )
        return "Created"
    return "Updated"


def _kept(text: str | None) -> dict[str, object]:
    """What a secret holds beside; nothing when it is empty, binary or isn't a JSON object."""
    try:
        document = json.loads((text or "{}").lstrip(BYTE_ORDER_MARK))
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _drop_previous(client: "SecretsManagerClient", name: str) -> None:
    for version, labels in client.describe_secret(SecretId=name)["VersionIdsToStages"].items():
        if "AWSPREVIOUS" in labels:
            client.update_secret_version_stage(
                SecretId=name, VersionStage="AWSPREVIOUS", RemoveFromVersionId=version
            )


def _options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    name = f"the secret's name (default: the stage's CredentialsSecret, or {SECRET_NAME})"
    parser.add_argument("--credentials-secret", metavar="NAME", help=name)
    switch(parser, "--leaked", "refuse the previous signature secret within 5 minutes")
    what = "take the signature secret out of the API secret's, when no stage of release 0.1 reads it there"
    switch(parser, "--separate", what)


def _credentials(out: Output, given: argparse.Namespace) -> int:
    settings = settings_of(given.env)
    settings.sign_in()
    name = given.credentials_secret or settings.overrides.get("CredentialsSecret") or SECRET_NAME
    ask(out.console, name=name, leaked=given.leaked, separate=given.separate)
    return WELL


COMMAND = Command(
    "Store the Vonage account's credentials in Secrets Manager; asks for them",
    _credentials,
    ("make credentials", "make credentials LEAKED=true", "python -m operate credentials --leaked"),
    _options,
)
