"""Deploy the run's stack with the SAM CLI, and hear from CloudFormation what became of it.

samconfig.toml isn't read: the live stage's parameters, its numbers above all, are none of this stack's.
"""

import os
import shlex
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import ClientError

from operate import paths
from operate.errors import OperatorError
from operate.smoke import variants

FOLDER = paths.LOCAL / "smoke"
_CANCELLED = "cancelled"
Variant = Callable[[Path, Path], Path]


class Outcome(NamedTuple):
    """A stack's status after a deployment, the first failure in CloudFormation's words, and seconds."""

    status: str
    reason: str
    took_s: float

    def __str__(self) -> str:
        told = f"{self.status} after {self.took_s:.0f} s"
        return f"{told}: {self.reason}" if self.reason else told


@dataclass
class Deployment:
    """The run's stack, from a template that is built and uploaded once.

    Attributes:
        stack_name: Its name.
        region: Where.
        given: Parameters for each of its deployments.
        packaged: A template that is built and uploaded already; without one it is built at first need.
    """

    stack_name: str
    region: str
    given: Mapping[str, str] = field(default_factory=dict)
    packaged: Path | None = None
    client: Callable[[], Any] = lambda: boto3.client("cloudformation")
    _template: Path | None = None

    @property
    def log(self) -> Path:
        """What the SAM CLI printed."""
        return paths.LOGS / f"smoke-{self.stack_name}.log"

    def create(self, *, with_vonage: bool) -> Outcome:
        """Create the stack, with all defaults; without a Vonage account, without what needs one."""
        self._template = self._packaged()
        if not with_vonage:
            self._template = variants.without_vonage(self._template, FOLDER / "without-vonage.yaml")
        return self.update({})

    def update(self, parameters: Mapping[str, str], variant: Variant | None = None) -> Outcome:
        """Deploy it, or a variant of it, with these parameters and those given; others stay as they are."""
        template = self._template or self._packaged()
        if variant:
            template = variant(template, FOLDER / "variant.yaml")
        begun = datetime.now(UTC)
        overrides = {**self.given, **parameters}
        written = [f"{name}={shlex.quote(v) if v else chr(34) * 2}" for name, v in overrides.items()]
        self._sam(
            "deploy",
            *("--template-file", str(template), "--stack-name", self.stack_name),
            *("--resolve-s3", "--s3-prefix", self.stack_name, "--capabilities", "CAPABILITY_IAM"),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset"),
            *(["--parameter-overrides", *written] if written else []),
        )
        took_s = (datetime.now(UTC) - begun).total_seconds()
        return Outcome(self.status(), self.first_failure(begun), took_s)

    def status(self) -> str:
        """What CloudFormation says of the stack; empty when there is none."""
        try:
            return str(self.client().describe_stacks(StackName=self.stack_name)["Stacks"][0]["StackStatus"])
        except ClientError as error:
            if "does not exist" in str(error):
                return ""
            raise

    def first_failure(self, since: datetime) -> str:
        """Which resource failed first, and why."""
        try:
            pages = self.client().get_paginator("describe_stack_events").paginate(StackName=self.stack_name)
            newest_first = [event for page in pages for event in page["StackEvents"]]
        except ClientError:
            return ""
        for event in reversed(newest_first):
            reason = event.get("ResourceStatusReason", "")
            failed = event["ResourceStatus"].endswith("_FAILED") and _CANCELLED not in reason
            if failed and event["Timestamp"] >= since:
                return f"{event['LogicalResourceId']}: {reason}"
        return ""

    def _packaged(self) -> Path:
        """The template as `sam package` leaves it.

        Raises:
            OperatorError: It can't be built, or its code not be uploaded.
        """
        if self.packaged is None:
            built, packaged = FOLDER / "build", FOLDER / "packaged.yaml"
            FOLDER.mkdir(parents=True, exist_ok=True)
            where = ("--build-dir", str(built), "--cached", "--parallel")
            files = ("--template-file", str(built / "template.yaml"), "--output-template-file", str(packaged))
            uploads = ("--resolve-s3", "--s3-prefix", self.stack_name)
            if self._sam("build", *where) or self._sam("package", *files, *uploads):
                raise OperatorError(
                    "The stack could not be built, or its code not be uploaded.",
                    f"{self.log} has what the SAM CLI said.",
                )
            self.packaged = packaged
        return self.packaged

    def _sam(self, command: str, *options: str) -> int:
        """Run the SAM CLI; its exit status. A failed deployment is told by the stack's own."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        configuration = FOLDER / "samconfig.toml"
        configuration.write_text("version = 0.1\n")
        path = os.pathsep.join([str(paths.UV), os.environ.get("PATH", os.defpath)])
        where = ("--config-file", str(configuration), "--region", self.region)
        with self.log.open("ab") as log:
            return subprocess.run(
                [str(paths.SAM), command, *options, *where],
                cwd=paths.ROOT,
                env={**os.environ, "PATH": path},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            ).returncode
