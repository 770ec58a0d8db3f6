"""What the provisioner remembers between requests: small JSON documents in SSM Parameter Store.

Nothing secret is ever in them. Parameter Store is enough because a parameter that must not exist yet is
created by exactly one caller (`Overwrite` false), which is all the locking needs.

The name of a deleted parameter has to rest before it is used again, and a request may come back for it within
a second. A document is therefore deleted by a mark in its place, which is removed when nobody comes any more.
Source: AWS Systems Manager API reference (PutParameter: 4 KB standard, 8 KB advanced, `{{` is not allowed;
DeleteParameter: "wait for at least 30 seconds to create a parameter with the same name").
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from provisioner.errors import ProvisionerError
from provisioner.world import aws

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

MAX_BYTES = 8192
ASK = "The provisioner's role must allow Get, Put and DeleteParameter under its records prefix."
GONE_AT = "gone_at"
Record = dict[str, Any]
log = logging.getLogger("provisioner")


class Records:
    """Documents by name, under one prefix.

    Args:
        client: Parameter Store.
        prefix: such as `/switchboard/my-stack`.
        clock: Unix time in seconds.
    """

    def __init__(self, client: "SSMClient", prefix: str, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._prefix = "/" + prefix.strip("/")
        self._clock = clock

    def get(self, name: str) -> Record | None:
        """The document, or None.

        Raises:
            ProvisionerError: AWS refused, or the document is damaged.
        """
        with aws.readable_errors(f"read its record {name}", ASK):
            try:
                reply = self._client.get_parameter(Name=self._path(name))
            except ClientError as error:
                if aws.code(error) == "ParameterNotFound":
                    return None
                raise
        document = _decode(reply["Parameter"]["Value"])
        if document is None:
            raise ProvisionerError(
                f"The record {self._path(name)} isn't a JSON object.",
                "`aws ssm get-parameter-history` shows what it was: put that back, or delete the parameter.",
                "RECORD_DAMAGED",
            )
        return None if is_gone(document) else document

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

    def delete(self, name: str, **left: object) -> None:
        """Put a mark in the document's place; one that is gone already is success.

        Args:
            name: the document.
            left: what an earlier version of the provisioner has to find in its place.
        """
        if self.get(name) is not None:
            self.put(name, self.mark(**left))

    def mark(self, **left: object) -> Record:
        """What stands in the place of a document that is gone."""
        return {GONE_AT: int(self._clock()), **left}

    def remove(self, name: str) -> None:
        """Remove the parameter itself, whose name nobody uses within the next 30 seconds."""
        with aws.readable_errors(f"remove its record {name}", ASK):
            try:
                self._client.delete_parameter(Name=self._path(name))
            except ClientError as error:
                if aws.code(error) != "ParameterNotFound":
                    raise

    def damaged(self) -> list[str]:
        """The parameters, by their whole names, that hold something else than a document."""
        return [f"{self._prefix}/{name}" for name, document in self._parameters("") if document is None]

    def under(self, folder: str) -> dict[str, Record]:
        """Every document of a folder, by its name in it. A damaged one is told in the log, and is empty."""
        return {name: document for name, document in self._listed(folder) if not is_gone(document)}

    def with_marks(self, folder: str = "") -> dict[str, Record]:
        """Every document of a folder, or of all, and every mark of one that is gone."""
        return dict(self._listed(folder))

    def _listed(self, folder: str) -> Iterator[tuple[str, Record]]:
        for name, document in self._parameters(folder):
            if document is None:
                log.warning(
                    "RECORD_DAMAGED: %s isn't a JSON object", self._path(f"{folder}/{name}".lstrip("/"))
                )
            yield name, document or {}

    def _parameters(self, folder: str) -> Iterator[tuple[str, Record | None]]:
        path, token = self._path(folder).rstrip("/"), ""
        while True:
            more: dict[str, Any] = {"NextToken": token} if token else {}
            with aws.readable_errors(f"list its records {folder}", ASK):
                page = self._client.get_parameters_by_path(Path=path, Recursive=True, **more)
            for parameter in page["Parameters"]:
                yield parameter["Name"].removeprefix(f"{path}/"), _decode(parameter["Value"])
            token = page.get("NextToken", "")
            if not token:
                return

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


def is_gone(document: Record) -> bool:
    """Whether it is the mark of a deleted document."""
    return GONE_AT in document and document.keys() <= {GONE_AT, "until"}


def _decode(value: str) -> Record | None:
    """The document; None when somebody has put something else in its place."""
    try:
        document = json.loads(value)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
