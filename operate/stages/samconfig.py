"""What the SAM CLI takes a stage of samconfig.toml (or .yaml) to be, and the session of boto3's that fits.

The file is read by SAM's own code, so that every command is about the stack, the Region and the account that
`sam deploy` would deploy to.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from operate import paths
from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.stages import here


@dataclass(frozen=True)
class Settings:
    """A stage, as `sam deploy --config-env` resolves it; or the one on this machine.

    Attributes:
        stage: Its name in the file.
        stack_name: The stack that it is deployed as.
        region: The AWS Region, when the file names one.
        profile: The AWS profile, when the file names one.
        overrides: The template's parameters.
        environment: What leads to the AWS and the Vonage on this machine; empty for the real ones.
        bucket: The bucket that takes its code, when the file names one; else it is SAM's own.
        prefix: What the names of its code begin with there, when the file says it.
        file: Where all this is written, such as /…/samconfig.toml.
    """

    stage: str
    stack_name: str
    region: str | None
    profile: str | None
    overrides: Mapping[str, str]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    bucket: str | None = None
    prefix: str | None = None
    file: Path = field(default=Path("samconfig.toml"), compare=False)

    def sign_in(self) -> None:
        """Let boto3's default session be the one that SAM would have: the file counts more than the shell.

        Raises:
            OperatorError: There is no such profile.
        """
        if self.environment:
            here.enter(self.environment)
        with asking_aws_to("sign in"):
            boto3.setup_default_session(profile_name=self.profile, region_name=self.region)

    @property
    def options(self) -> str:
        """What names the stack to `aws cloudformation` and `sam`, wherever they are run."""
        words = ["--stack-name", self.stack_name]
        words += ["--region", self.region] if self.region else []
        words += ["--profile", self.profile] if self.profile else []
        return " ".join(words)


def settings_of(stage: str, folder: Path | None = None) -> Settings:
    """What samconfig.toml says about a stage; the stage `local` is what `make up` started on this machine.

    Args:
        stage: Its name.
        folder: Where the file is; the project's own folder when left out.

    Raises:
        OperatorError: There is no such stage, or it can't be read. What can't be read of samconfig.toml, the
            SAM CLI can't read either.
    """
    if stage == here.STAGE:
        running = here.running()
        region = running["aws_region"]
        return Settings(stage, running["stack_name"], region, None, {}, here.environment(running))
    where = folder or paths.ROOT
    found = _resolved(stage, where)
    file = str(Path(where.relative_to(paths.ROOT), found["file"]))
    if "refused" in found:
        raise OperatorError(
            f"{file} can't be read: {' '.join(found['refused'].split())}",
            f"Correct {file}; `sam deploy` reads it the same way.",
        )
    if stage not in found["stages"]:
        known = " ".join(f"ENV={name}" for name in found["stages"])
        do = f"Use one of: {known}" if known else f"Write one into {file}"
        raise OperatorError(f"{file} has no stage {stage!r}.", f"{do}; or ENV={here.STAGE}, after `make up`.")
    if not found["stack_name"]:
        raise OperatorError(
            f"The stage {stage!r} of {file} names no stack.",
            f'Give it one, in {file}: [{stage}.global.parameters] and under it stack_name = "…"',
        )
    given = (found["region"], found["profile"], found["overrides"])
    return Settings(
        stage,
        str(found["stack_name"]),
        *given,
        bucket=found["s3_bucket"],
        prefix=found["s3_prefix"],
        file=where / found["file"],
    )


def _resolved(stage: str, folder: Path) -> dict[str, Any]:
    python = paths.SAM.with_name("python")
    if not python.exists():
        raise OperatorError("The SAM CLI, which reads the stages, isn't installed.", "Install it: make setup")
    done = subprocess.run(
        [str(python), str(Path(__file__).with_name("resolve.py")), stage],
        cwd=folder,
        env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().rpartition("\n")[2]
        return {"file": "samconfig.toml", "refused": said}
    found: dict[str, Any] = json.loads(done.stdout)
    return found
