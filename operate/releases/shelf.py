"""Where a stage's releases are kept: in the bucket from which it is deployed, under its own prefix.

| object | holds |
|---|---|
| `<prefix>/release/<id>/release.json` | which files a release has |
| `<prefix>/release/files/<SHA-256>` | a file of one or more releases |
| `<prefix>/release/deployed/<DeploymentId>.json` | its release, and the deployment before |

Which of its deployments a stage runs is never written down: its parameter DeploymentId says it.
"""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
from botocore.exceptions import ClientError

from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.releases.release import FOLDER, Release, digest
from operate.stack import Stack
from operate.stages.samconfig import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# The stack whose bucket `resolve_s3` means. Source: samcli.lib.bootstrap.bootstrap.
_SAM_S_OWN = "aws-sam-cli-managed-default"
_REBUILD = "Check out the commit that you want and deploy it: make deploy ENV={stage}"


@dataclass(frozen=True)
class Deployed:
    """A deployment that was made.

    Attributes:
        release: The id of its release.
        before: The DeploymentId of the one that ran before; empty when it was the first.
        complete: Whether the stack beside ours was deployed as well.
    """

    release: str
    before: str
    complete: bool


class Shelf:
    """The releases and deployments of one stage.

    Args:
        settings: The stage, signed in to.

    Raises:
        OperatorError: There is no bucket yet, or AWS didn't let us ask.
    """

    def __init__(self, settings: Settings) -> None:
        self.stage = settings.stage
        self._client: S3Client = boto3.client("s3")
        self._bucket = settings.bucket or Stack(_SAM_S_OWN).output("SourceBucket")
        self._prefix = f"{settings.prefix or settings.stack_name}/release"
        if not self._bucket:
            raise OperatorError(
                f"Nothing was deployed to the stage {self.stage} in this account and Region.",
                f"Deploy it first: make deploy ENV={self.stage}",
            )

    def keep(self, release: Release) -> None:
        """Upload what isn't there yet; the list of its files last, so that a release is there or isn't."""
        for name, content in release.files.items():
            if not self._has(self._file(content)):
                self._put(self._file(content), (release.folder / name).read_bytes())
        listed = {"commit": release.commit, "uncommitted": release.uncommitted, "files": release.files}
        self._put(f"{release.id}/release.json", json.dumps(listed, indent=1).encode())

    def fetch(self, release_id: str, folder: Path = FOLDER) -> Release:
        """Bring a release into a folder, in place of what is there.

        Raises:
            OperatorError: It isn't kept here any more, or isn't what was kept.
        """
        listed = json.loads(self._get(f"{release_id}/release.json"))
        release = Release(folder, listed["commit"], tuple(listed["uncommitted"]), listed["files"])
        shutil.rmtree(folder, ignore_errors=True)
        for name, expected in release.files.items():
            content = self._get(self._file(expected))
            target = (folder / name).resolve()
            if digest(content) != expected or folder.resolve() not in target.parents:
                raise self._lost(f"{name} of release {release_id} isn't what was kept")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if release.id != release_id:
            raise self._lost(f"The release {release_id} isn't what was kept")
        return release

    def note(self, deployment_id: str, deployed: Deployed) -> None:
        """Write down a deployment that CloudFormation made."""
        self._put(self._deployment(deployment_id), json.dumps(asdict(deployed)).encode())

    def running(self, deployment_id: str) -> Deployed:
        """What was deployed with this id.

        Raises:
            OperatorError: It isn't known, or was made only in part.
        """
        deployed = self._noted(deployment_id)
        if not deployed:
            raise OperatorError(
                f"Which release runs on the stage {self.stage} isn't known: `make deploy` didn't make "
                f"its last deployment ({deployment_id or 'there is none'}), or a version that kept none did.",
                _REBUILD.format(stage=self.stage),
            )
        if not deployed.complete:
            raise OperatorError(
                f"The last deployment of the stage {self.stage} went half way: the stack in app/ failed.",
                _REBUILD.format(stage=self.stage),
            )
        return deployed

    def before(self, deployment_id: str) -> Deployed:
        """The newest deployment of another release that ran before this one.

        Raises:
            OperatorError: There is none, or it isn't known.
        """
        present = self._noted(deployment_id)
        seen, at = {deployment_id}, present
        while at and at.before and at.before not in seen:
            seen.add(at.before)
            at = self._noted(at.before)
            if at and at.complete and present and at.release != present.release:
                return at
        raise OperatorError(
            f"No earlier release of the stage {self.stage} is known.", _REBUILD.format(stage=self.stage)
        )

    def _noted(self, deployment_id: str) -> Deployed | None:
        key = self._deployment(deployment_id)
        return Deployed(**json.loads(self._get(key))) if deployment_id and self._has(key) else None

    def _lost(self, what: str) -> OperatorError:
        return OperatorError(
            f"{what}, in s3://{self._bucket}/{self._prefix}.", _REBUILD.format(stage=self.stage)
        )

    @staticmethod
    def _file(content: str) -> str:
        return f"files/{content}"

    @staticmethod
    def _deployment(deployment_id: str) -> str:
        return f"deployed/{quote(deployment_id, safe='')}.json"

    def _put(self, key: str, content: bytes) -> None:
        with asking_aws_to(f"keep the release in s3://{self._bucket}"):
            self._client.put_object(Bucket=self._bucket, Key=f"{self._prefix}/{key}", Body=content)

    def _get(self, key: str) -> bytes:
        with asking_aws_to(f"read the release from s3://{self._bucket}"):
            try:
                found: Any = self._client.get_object(Bucket=self._bucket, Key=f"{self._prefix}/{key}")
            except self._client.exceptions.NoSuchKey:
                raise self._lost(f"There is no {key}") from None
            content: bytes = found["Body"].read()
        return content

    def _has(self, key: str) -> bool:
        with asking_aws_to(f"look for releases in s3://{self._bucket} (s3:ListBucket, s3:GetObject)"):
            try:
                self._client.head_object(Bucket=self._bucket, Key=f"{self._prefix}/{key}")
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                    return False
                raise
        return True
