"""What the provisioner remembers between requests: small JSON documents in SSM Parameter Store.

Nothing secret is ever in them. Parameter Store is enough because a parameter that must not exist yet is
created by exactly one caller (`Overwrite` false), which is all the locking needs.
Source: AWS Systems Manager API reference (PutParameter: 4 KB standard, 8 KB advanced, `{{` is not allowed).
"""

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from provisioner.errors import ProvisionerError
from provisioner.world import aws

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

MAX_BYTES = 8192
ASK = "The provisioner's role must allow Get, Put and DeleteParameter under its records prefix."
Record = dict[str, Any]


class Records:
    """Documents by name, under one prefix.

    Args:
        client: Parameter Store.
        prefix: such as `/switchboard/my-stack`.
    """

    def __init__(self, client: "SSMClient", prefix: str) -> None:
        self._client = client
        self._prefix = "/" + prefix.strip("/")

    def get(self, name: str) -> Record | None:
        """The document, or None."""
        with aws.readable_errors(f"read its record {name}", ASK):
            try:
                reply = self._client.get_parameter(Name=self._path(name))
            except ClientError as error:
                if aws.code(error) == "ParameterNotFound":
                    return None
                raise
        return _decode(reply["Parameter"]["Value"])

    def put(self, name: str, document: Record) -> None:
        """Write the document, whether or not there was one."""
        self._put(name, document, overwrite=True)

    def create(self, name: str, document: Record) -> bool:
        """Write the document if there is none; False when there is one. Of several callers one gets True."""
        try:
            self._put(name, document, overwrite=False)
        except _ExistsError:
            return False
        return True

    def delete(self, name: str) -> None:
        """Remove the document; one that is gone already is success."""
        with aws.readable_errors(f"remove its record {name}", ASK):
            try:
                self._client.delete_parameter(Name=self._path(name))
            except ClientError as error:
                if aws.code(error) != "ParameterNotFound":
                    raise

    def under(self, folder: str) -> dict[str, Record]:
        """Every document of a folder, by its name inside it."""
        path, found = self._path(folder), {}
        with aws.readable_errors(f"list its records {folder}", ASK):
            pages = self._client.get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True)
            for page in pages:
                for parameter in page["Parameters"]:
                    found[parameter["Name"].removeprefix(f"{path}/")] = _decode(parameter["Value"])
        return found

    def _put(self, name: str, document: Record, *, overwrite: bool) -> None:
        value = _encode(document)
        if len(value.encode()) > MAX_BYTES:
            raise ProvisionerError(
                f"The record {name} would take {len(value)} bytes; {MAX_BYTES} is the most that can be kept.",
                "Make the capabilities smaller, or split them over two applications.",
            )
        with aws.readable_errors(f"write its record {name}", ASK):
            try:
                self._client.put_parameter(
                    Name=self._path(name),
                    Value=value,
                    Type="String",
                    Tier="Intelligent-Tiering",
                    Overwrite=overwrite,
                )
            except ClientError as error:
                if aws.code(error) == "ParameterAlreadyExists":
                    raise _ExistsError from None
                raise

    def _path(self, name: str) -> str:
        return f"{self._prefix}/{name}"


class _ExistsError(Exception):
    """There is a document of that name."""


def _encode(document: Record) -> str:
    """JSON that Parameter Store does not take for a reference: `{{` can only stand inside a string."""
    text = json.dumps(document, separators=(",", ":"), sort_keys=True)
    return text.replace("{{", "{\\u007b")


def _decode(value: str) -> Record:
    document = json.loads(value)
    if not isinstance(document, dict):
        raise ProvisionerError(
            "A record of the provisioner is not a JSON object.", "Remove that parameter by hand."
        )
    return document
