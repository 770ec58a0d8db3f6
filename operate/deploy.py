"""`make deploy`: `sam build` and `sam deploy` of one stage of samconfig.toml, in boto3's default account.

The parameters are those of the stage, those given on the command line, and the time of the deployment, for
which CloudFormation tries the webhooks anew. What is given nowhere stays as it is.
"""

import argparse
import os
import shlex
import subprocess
from datetime import UTC, datetime
from typing import Any

import boto3
from rich.console import Console

from operate import paths
from operate.command_line import WELL, Command, Output, takes_stage
from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.samconfig import settings_of

_AS_HERE = 'Write them as here: make deploy PARAMETERS="Numbers=447700900000 ForwardTo=447700900001"'

_ROLLED_BACK = "It is rolled back. The empty stack of a first deployment stays: `sam delete` it."


def deploy(out: Console, stage: str, given: str) -> None:
    """Build and deploy, talking to the terminal as the SAM CLI does.

    Args:
        out: Where it says what is next.
        stage: Of samconfig.toml.
        given: Parameters of the template, as NAME=VALUE with blanks between them.

    Raises:
        OperatorError: There is no such stage, a parameter isn't NAME=VALUE, nobody is signed in to AWS,
            or the SAM CLI failed.
    """
    overrides = parameters(stage, given, datetime.now(UTC))
    _refuse_nobody(settings_of(stage))
    _sam("build", next_step="Fix what they name, then run the same command again.")
    arguments = ("--config-env", stage, "--parameter-overrides", *overrides)
    _sam("deploy", *arguments, next_step=_ROLLED_BACK)
    out.print(f"Deployed. `make doctor ENV={stage}` examines it; docs/operations.md has the rest.")


def parameters(stage: str, given: str, now: datetime) -> list[str]:
    """The parameters of a deployment as `NAME=VALUE`; what is given counts more than what the stage has.

    Raises:
        OperatorError: There is no such stage, or a parameter isn't NAME=VALUE.
    """
    settings = settings_of(stage)
    configured = settings.get("deploy", {}).get("parameters", {}).get("parameter_overrides", [])
    if isinstance(configured, str):
        configured = _words(configured)
    merged = {"DeploymentId": now.strftime("%Y-%m-%dT%H:%M:%SZ")}
    for text in [*configured, *_words(given)]:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise OperatorError(f"{text!r} isn't a parameter.", _AS_HERE)
        merged[name] = value
    return [f"{name}={shlex.quote(value) if value else chr(34) * 2}" for name, value in merged.items()]


def _refuse_nobody(settings: dict[str, Any]) -> None:
    """Find out before a minute of building, and as the SAM CLI will, who deploys."""
    commands = (settings.get(command, {}).get("parameters", {}) for command in ("global", "deploy"))
    given = {name: value for parameters in commands for name, value in parameters.items()}
    with asking_aws_to("deploy"):
        session = boto3.Session(profile_name=given.get("profile"), region_name=given.get("region"))
        session.client("sts").get_caller_identity()


def _words(given: str) -> list[str]:
    try:
        return shlex.split(given)
    except ValueError as error:  # a quotation mark without its other half
        raise OperatorError(f"The parameters can't be read: {error}.", _AS_HERE) from error


def _sam(command: str, *options: str, next_step: str) -> None:
    path = os.pathsep.join([str(paths.UV), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        [str(paths.SAM), command, *options], cwd=paths.ROOT, env={**os.environ, "PATH": path}, check=False
    )
    if done.returncode:
        raise OperatorError(f"`sam {command}` failed; its last lines say why.", next_step)


def _options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    what = "parameters of the template, NAME=VALUE with blanks between them: docs/parameters.md"
    parser.add_argument("--parameters", metavar="PARAMETERS", default="", help=what)


def _deploy(out: Output, given: argparse.Namespace) -> int:
    deploy(out.console, given.env, given.parameters)
    return WELL


COMMAND = Command(
    "Build the stack and deploy it, with `sam build` and `sam deploy`",
    _deploy,
    (
        'make deploy ENV=dev PARAMETERS="Numbers=447700900000"',
        'python -m operate deploy --env dev --parameters "Numbers=447700900000"',
    ),
    _options,
)
