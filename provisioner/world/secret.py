"""The secret of an application: its id and its key.

Which version of it means what is decided by its content, never by its labels: on AWS the first value becomes
AWSCURRENT whatever was asked for, and other implementations differ. A value without `application_id` means
"not provisioned yet" to every reader.
Source: AWS Secrets Manager API reference (PutSecretValue, UpdateSecretVersionStage).
"""

import json
import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from provisioner.errors import ProvisionerError
from provisioner.world import aws, keys, refusals
from provisioner.world.keys import KeyPair

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

TAG_IT = "A secret outside the provisioner's stack needs the tag switchboard=managed: add it, deploy again."
KEY_FIELDS = ("private_key", "key_version")
# Of the account: whoever may read an application's key would read them, too.
ACCOUNT_FIELDS = ("api_secret", "signature_secret")
MISSING = "Either it does not exist any more, or the provisioner may not use it."


@dataclass(frozen=True)
class Content:
    """One version of the application's secret, understood.

    Attributes:
        key: the pair in it, or None when it holds no usable key.
        application_id: empty while there is no application.
        key_version: the `KeyVersion` the key was made for.
        version_id: Secrets Manager's id of the version.
        others: fields of somebody else's, kept as they are.
    """

    key: KeyPair | None = None
    application_id: str = ""
    key_version: str = ""
    version_id: str = ""
    others: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def in_the_way(self) -> list[str]:
        """Fields of somebody else's that a new key would be written over, or beside."""
        unwanted = KEY_FIELDS if self.key else (*KEY_FIELDS, *ACCOUNT_FIELDS)
        return [name for name in unwanted if name in self.others]

    @property
    def public_key(self) -> str | None:
        """The public half as PEM."""
        return self.key.public_pem if self.key else None


class ApplicationSecret:
    """The secret of one application.

    Args:
        client: Secrets Manager.
        arn: the secret's ARN or name.
    """

    def __init__(self, client: "SecretsManagerClient", arn: str) -> None:
        self._client = client
        self.arn = arn

    def other(self, arn: str) -> "ApplicationSecret":
        """Another secret."""
        return ApplicationSecret(self._client, arn)

    def current(self) -> Content:
        """What readers see now; empty when nothing has been stored."""
        return self._read("AWSCURRENT")

    def pending(self) -> Content:
        """The key of a rotation that has not ended; empty when there is none."""
        return self._read("AWSPENDING")

    def versions(self) -> list[Content]:
        """Every labelled version: current, pending, previous."""
        return [self._read(stage) for stage in ("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS")]

    def put(self, content: Content, token: str, *, pending: bool = False) -> Content:
        """Store a version; the same token stores it once, and gives back what was stored first.

        Args:
            content: what to store; its `version_id` is ignored.
            token: any text that names this write, such as the id of the request it is for.
            pending: store it beside the current value instead of in its place.

        Raises:
            ProvisionerError: AWS refused.
        """
        version_id = str(uuid.uuid5(uuid.NAMESPACE_OID, token))
        stage = "AWSPENDING" if pending else "AWSCURRENT"
        with self._readable_errors("write the secret"):
            try:
                self._client.put_secret_value(
                    SecretId=self.arn,
                    ClientRequestToken=version_id,
                    SecretString=_encode(content),
                    VersionStages=[stage],
                )
            except ClientError as error:
                if aws.code(error) != "ResourceExistsException":
                    raise
                return self._version(version_id)
        return replace(content, version_id=version_id)

    def empty(self, content: Content, token: str) -> None:
        """Keep only other people's fields, and no label on what was; a secret that is gone is success.

        Secrets Manager deletes no version by itself, but one without a label as soon as it likes.
        """
        try:
            self.put(Content(others=content.others), token)
            for stage in ("AWSPENDING", "AWSPREVIOUS"):
                self._take_off(stage)
        except ProvisionerError as error:
            said = (aws.code(error.__cause__ or error), aws.message(error.__cause__ or error))
            if not (refusals.may_be_missing(*said) or refusals.is_scheduled_for_deletion(*said)):
                raise

    def promote(self, version_id: str) -> None:
        """Make a pending version the current one."""
        with self._readable_errors("move AWSCURRENT of the secret"):
            stages = self._stages()
            holder = _holder(stages, "AWSCURRENT")
            if holder != version_id:
                move = {"RemoveFromVersionId": holder} if holder else {}
                self._client.update_secret_version_stage(
                    SecretId=self.arn, VersionStage="AWSCURRENT", MoveToVersionId=version_id, **move
                )
        self.drop_pending()

    def drop_pending(self) -> None:
        """Take the label AWSPENDING off whatever carries it."""
        self._take_off("AWSPENDING")

    def _take_off(self, stage: str) -> None:
        with self._readable_errors(f"move {stage} of the secret"):
            holder = _holder(self._stages(), stage)
            if holder:
                self._client.update_secret_version_stage(
                    SecretId=self.arn, VersionStage=stage, RemoveFromVersionId=holder
                )

    def _readable_errors(self, doing: str) -> AbstractContextManager[None]:
        return aws.readable_errors(f"{doing} {self.arn}", f"{MISSING} {TAG_IT}", self.arn)

    def _version(self, version_id: str) -> Content:
        reply = self._client.get_secret_value(SecretId=self.arn, VersionId=version_id)
        return _decode(reply.get("SecretString"), version_id)

    def _stages(self) -> dict[str, list[str]]:
        return self._client.describe_secret(SecretId=self.arn).get("VersionIdsToStages", {})

    def _read(self, stage: str) -> Content:
        with self._readable_errors("read the secret"):
            try:
                reply = self._client.get_secret_value(SecretId=self.arn, VersionStage=stage)
            except ClientError as error:
                if aws.code(error) == "ResourceNotFoundException":
                    return Content()
                raise
        return _decode(reply.get("SecretString"), reply["VersionId"])


def _encode(content: Content) -> str:
    fields = dict(content.others)
    if content.key:
        fields |= {"private_key": content.key.private_pem, "key_version": content.key_version}
    if content.application_id:
        fields["application_id"] = content.application_id
    return json.dumps(fields)


def _decode(text: str | None, version_id: str) -> Content:
    document = _document(text)
    application_id = str(document.pop("application_id", "") or "")
    key = _key(document.get("private_key"))
    # A key is stored with its version. One that somebody else has written may come with its application's id.
    if key is None or not ("key_version" in document or application_id):
        return Content(application_id=application_id, version_id=version_id, others=document)
    del document["private_key"]
    key_version = str(document.pop("key_version", "") or "")
    return Content(key, application_id, key_version, version_id, document)


def _key(private_pem: object) -> KeyPair | None:
    try:
        return keys.pair(private_pem) if isinstance(private_pem, str) else None
    except ValueError:
        return None


def _document(text: str | None) -> dict[str, Any]:
    try:
        document = json.loads(text or "{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _holder(stages: dict[str, list[str]], stage: str) -> str | None:
    return next((version for version, labels in stages.items() if stage in labels), None)
