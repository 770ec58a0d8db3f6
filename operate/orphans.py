"""Applications at Vonage whose stack is gone: found in the provisioner's records, removed only when asked."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from operate.command_line import WELL, Command, Output, takes_json, takes_stage
from operate.credentials import stored, vonage_url
from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.stages.samconfig import settings_of

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

PREFIX = "/switchboard"
APPLICATION = "Custom::VonageApplication"
Record = dict[str, Any]


@dataclass(frozen=True)
class Orphan:
    """An application whose stack is gone.

    Attributes:
        parameter: Where the provisioner remembers it.
        record: What it remembers.
    """

    parameter: str
    record: Record = field(repr=False)

    @property
    def application_id(self) -> str:
        """Its id at Vonage."""
        return str(self.record.get("application_id", ""))

    @property
    def stack(self) -> str:
        """The name of the stack that made it."""
        return str(self.record["stack_id"]).split("/")[1]


def find() -> list[Orphan]:
    """Every recorded application of a stack that is gone.

    Raises:
        OperatorError: AWS refused.
    """
    with asking_aws_to("read the provisioner's records"):
        cloudformation = boto3.client("cloudformation")
        return [
            Orphan(name, record)
            for name, record in _records()
            if record.get("type") == APPLICATION
            and record.get("application_id")
            and _is_gone(cloudformation, record["stack_id"])
        ]


def delete(application_id: str) -> None:
    """Delete an orphan at Vonage, if it still carries the key of its stack, and its records.

    Raises:
        OperatorError: It isn't an orphan or carries another key, or Vonage or AWS refused.
    """
    orphan = next((each for each in find() if each.application_id == application_id), None)
    if orphan is None:
        raise OperatorError(f"{application_id!r} isn't an orphan.", "`make orphans` lists them.")
    credentials = stored(str(orphan.record["properties"]["CredentialsSecret"]))
    address = f"{vonage_url()}/v2/applications/{quote(application_id, safe='')}"
    try:
        live = httpx.get(address, auth=credentials, timeout=10)
        if live.status_code != httpx.codes.NOT_FOUND:
            _refuse_foreign(live.raise_for_status().json(), orphan)
            httpx.delete(address, auth=credentials, timeout=10).raise_for_status()
    except (httpx.HTTPError, ValueError) as error:  # what isn't JSON isn't from Vonage
        raise OperatorError(
            f"Vonage did not delete it: {type(error).__name__}.", "Run this again."
        ) from error
    with asking_aws_to("remove its records"):
        parameters = boto3.client("ssm")
        parameters.delete_parameters(
            Names=[orphan.parameter, f"{PREFIX}/applications/{application_id}"],
        )


def _refuse_foreign(live: Record, orphan: Orphan) -> None:
    if not same_key((live.get("keys") or {}).get("public_key"), orphan.record.get("public_key")):
        raise OperatorError(
            "It has another key than the one that its stack gave it, so somebody uses it.",
            "Delete it in the Vonage dashboard if you are sure.",
        )


def same_key(one: str | None, other: str | None) -> bool:
    """Whether two PEM texts hold the same public key, however they are wrapped; not when one isn't a key."""
    try:
        return load_pem_public_key((one or "").encode()) == load_pem_public_key((other or "").encode())
    except (ValueError, UnsupportedAlgorithm):
        return False


def _records() -> Iterator[tuple[str, Record]]:
    pages = boto3.client("ssm").get_paginator("get_parameters_by_path")
    for page in pages.paginate(Path=f"{PREFIX}/resources", Recursive=True):
        for parameter in page["Parameters"]:
            yield parameter["Name"], _decoded(parameter["Name"], parameter["Value"])


def _decoded(name: str, text: str) -> Record:
    try:
        record: object = json.loads(text)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise OperatorError(
            f"The record {name} in Parameter Store isn't a JSON object, so nobody knows what it was about.",
            f"`aws ssm get-parameter-history --name {name}` shows what it was: put that back, or delete it.",
        )
    return record


def _is_gone(client: "CloudFormationClient", stack_id: str) -> bool:
    try:
        status = client.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":  # deleted more than 90 days ago
            return True
        raise
    return status == "DELETE_COMPLETE"


def _options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    parser.add_argument("--delete", metavar="APPLICATION_ID", help="delete this one")
    takes_json(parser)


def _orphans(out: Output, given: argparse.Namespace) -> int:
    settings_of(given.env).sign_in()
    if given.delete:
        delete(given.delete)
        out.tell(f"The application {given.delete} is deleted.", {"deleted": given.delete})
        return WELL
    found = find()
    for orphan in found:
        sentence = f"{orphan.application_id}  made by the stack {orphan.stack}, which is gone"
        out.tell(sentence, {"application_id": orphan.application_id, "stack": orphan.stack})
    out.advise("To delete one: make orphans DELETE=<id>" if found else "No application is left behind.")
    return WELL


COMMAND = Command(
    "Find applications whose stack is gone, or delete one",
    _orphans,
    ("make orphans", "python -m operate orphans --json", "make orphans DELETE=<application id>"),
    _options,
)
