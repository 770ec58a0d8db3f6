"""`make deploy`: `sam build` and `sam deploy` of one stage of samconfig.toml, in boto3's default account.

The parameters are those of the stage, those given on the command line, and the time of the deployment, for
which CloudFormation tries the webhooks anew. What is given nowhere stays as it is.
"""

import os
import shlex
import subprocess
import tomllib
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from operate import paths
from operate.errors import OperatorError


def deploy(out: Console) -> None:
    """Build and deploy, talking to the terminal as the SAM CLI does.

    Raises:
        OperatorError: There is no such stage, a parameter is not NAME=VALUE, or the SAM CLI failed.
    """
    stage = os.environ.get("ENV") or "default"
    overrides = parameters(stage, os.environ.get("PARAMETERS", ""), datetime.now(UTC))
    _sam("build")
    _sam("deploy", "--config-env", stage, "--parameter-overrides", *overrides)
    out.print(f"Deployed. `make doctor ENV={stage}` examines it; docs/operations.md has the rest.")


def parameters(stage: str, given: str, now: datetime) -> list[str]:
    """The parameters of a deployment as `NAME=VALUE`; what is given counts more than what the stage has.

    Raises:
        OperatorError: There is no such stage, or a parameter is not NAME=VALUE.
    """
    settings: dict[str, Any] = tomllib.loads((paths.ROOT / "samconfig.toml").read_text())
    if stage not in settings or stage == "version":
        stages = " ENV=".join(name for name in settings if name != "version")
        raise OperatorError(f"samconfig.toml has no stage {stage!r}.", f"Use one of: ENV={stages}")
    configured = settings[stage].get("deploy", {}).get("parameters", {}).get("parameter_overrides", [])
    if isinstance(configured, str):
        configured = shlex.split(configured)
    merged = {"DeploymentId": now.strftime("%Y-%m-%dT%H:%M:%SZ")}
    for text in [*configured, *shlex.split(given)]:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise OperatorError(
                f"{text!r} is not a parameter.",
                'Write them so: make deploy PARAMETERS="Numbers=447700900000"',
            )
        merged[name] = value
    return [f"{name}={shlex.quote(value) if value else chr(34) * 2}" for name, value in merged.items()]


def _sam(command: str, *options: str) -> None:
    path = os.pathsep.join([str(paths.UV), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        [str(paths.SAM), command, *options], cwd=paths.ROOT, env={**os.environ, "PATH": path}, check=False
    )
    if done.returncode:
        raise OperatorError(
            f"`sam {command}` failed; its last lines say why.",
            "It is rolled back. Of a first deployment CloudFormation keeps the empty stack: `sam delete` it.",
        )
