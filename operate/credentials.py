"""`make credentials`: puts the Vonage account's credentials where the stack looks for them.

The values are typed, not shown, and go to Secrets Manager alone: no argument, no file, no log has them.
"""

import argparse
import getpass
import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import boto3
import httpx
from rich.console import Console
from switchboard.aws.secret import BYTE_ORDER_MARK, as_meant

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
) -> None:
    """Ask for the credentials, try them at Vonage and store them.

    Args:
        out: Where it says what it does.
        prompt: Asks for one value without showing it.
        name: The secret's name.
        leaked: Whether to end the time for which webhooks go on accepting the previous signature secret.

    Raises:
        OperatorError: Something was left empty, or Vonage or AWS refused.
    """
    out.print(f"Credentials of the Vonage account, for the secret [bold]{name}[/]. {WHERE}")
    credentials = {field: _typed(prompt, title) for field, title in QUESTIONS.items()}
    _try_at_vonage(credentials["api_key"], credentials["api_secret"])
    with asking_aws_to("store the secret"):
        client = boto3.client("secretsmanager")
        done = _store(client, name, credentials)
    if leaked:
        with asking_aws_to("take AWSPREVIOUS off the secret's previous version, which still counts"):
            _drop_previous(client, name)
        out.print("The previous signature secret is refused everywhere within 5 minutes.")
    out.print(f"{done} [bold]{name}[/]. Next: `make deploy`.")


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


def _store(client: "SecretsManagerClient", name: str, credentials: dict[str, str]) -> str:
    try:
        kept = _kept(client.get_secret_value(SecretId=name).get("SecretString"))
    except client.exceptions.ResourceNotFoundException:
        kept = {}
    except client.exceptions.InvalidRequestException as error:
        if "deletion" not in str(error):
            raise
        raise OperatorError(
            f"The secret {name} is scheduled for deletion.",
            f"Restore it: `aws secretsmanager restore-secret --secret-id {name}`, then run the same command "
            "again.",
        ) from error
    value = json.dumps({**kept, **credentials})
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


def _credentials(out: Output, given: argparse.Namespace) -> int:
    settings = settings_of(given.env)
    settings.sign_in()
    name = given.credentials_secret or settings.overrides.get("CredentialsSecret") or SECRET_NAME
    ask(out.console, name=name, leaked=given.leaked)
    return WELL


COMMAND = Command(
    "Store the Vonage account's credentials in Secrets Manager; asks for them",
    _credentials,
    ("make credentials", "make credentials LEAKED=true", "python -m operate credentials --leaked"),
    _options,
)
