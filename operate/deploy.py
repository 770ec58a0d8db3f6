"""`make deploy`: `sam build` and `sam deploy` of one stage of samconfig.toml.

The parameters are those of the stage, those given on the command line, and the time of the deployment, for
which CloudFormation tries the webhooks anew. What is given nowhere stays as it is. Whatever would fail after
minutes of building, and can be known before, is refused before.
"""

import argparse
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime

import boto3
from rich.console import Console

from operate import credentials, limits, paths, status, template
from operate.command_line import WELL, Command, Output, takes_stage
from operate.errors import OperatorError
from operate.handlers import imports
from operate.refusals import asking_aws_to
from operate.stack import Stack
from operate.stages import here, sam
from operate.stages.samconfig import Settings, settings_of

_AS_HERE = 'Write them as here: make deploy PARAMETERS="Numbers=447700900000 ForwardTo=447700900001"'


def deploy(out: Console, stage: str, given: str) -> None:
    """Build and deploy, talking to the terminal as the SAM CLI does.

    Args:
        out: Where it says what is next.
        stage: Of samconfig.toml.
        given: Parameters of the template, as NAME=VALUE with blanks between them.

    Raises:
        OperatorError: There is no such stage or it's this machine's, a parameter or the stack's name can't be
            right, nobody is signed in to AWS, a function can't be imported, the stack takes no deployment,
            the SAM CLI failed, or nobody agreed to the changes.
    """
    here.refuse(
        stage,
        "`make deploy` takes the stack to an AWS account; the stage on this machine follows what you save.",
        "Changed the template? make up. Another stage: ENV=dev",
    )
    settings = settings_of(stage)
    wanted = parameters(settings.overrides, given, datetime.now(UTC))
    template.refuse(template.read(paths.ROOT / "template.yaml"), settings.stack_name, wanted)
    stack = _ready(settings)
    credentials.refuse_missing(wanted.get("CredentialsSecret") or _deployed(stack, "CredentialsSecret"))
    imports.refuse(imports.folders())
    if short := limits.shortage():
        out.print(str(short), style="yellow", markup=False)
    _sam("build", "--config-env", stage)
    overrides = [sam.as_sam_reads(name, value) for name, value in wanted.items()]
    _sam("deploy", "--config-env", stage, "--parameter-overrides", *overrides, stack=stack)
    _refuse_undone(stack, wanted["DeploymentId"])
    out.print(f"Deployed. `make doctor ENV={stage}` examines it; docs/operations.md has the rest.")


def parameters(configured: Mapping[str, str], given: str, now: datetime) -> dict[str, str]:
    """The parameters of a deployment; what is given counts more than what the stage has.

    What the stage has for DeploymentId was saved by an earlier deployment, so it says nothing about this one.

    Raises:
        OperatorError: A parameter isn't NAME=VALUE.
    """
    merged = {**configured, "DeploymentId": now.strftime("%Y-%m-%dT%H:%M:%SZ")}
    for text in _words(given):
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise OperatorError(f"{text!r} isn't a parameter.", _AS_HERE)
        merged[name] = value
    return merged


def _ready(settings: Settings) -> Stack:
    """The stack, once it's certain who deploys, as the SAM CLI will find, and that the stack takes it."""
    settings.sign_in()
    with asking_aws_to("deploy"):
        boto3.client("sts").get_caller_identity()
    stack = Stack(settings.stack_name, settings.options)
    if hindered := status.hindrance(stack, stack.described().get("StackStatus", "")):
        raise hindered
    return stack


def _deployed(stack: Stack, parameter: str) -> str:
    """What the stack has for a parameter that is given nowhere; empty when it has never been deployed."""
    deployed = {each["ParameterKey"]: each for each in stack.described().get("Parameters", [])}
    return str(deployed.get(parameter, {}).get("ParameterValue", ""))


def _refuse_undone(stack: Stack, deployment_id: str) -> None:
    """Tell a change set that nobody agreed to from a deployment: the SAM CLI ends well after both."""
    if _deployed(stack, "DeploymentId") != deployment_id:
        raise OperatorError(
            "Nothing was deployed: the changes were shown and not made.",
            "Run the same command again, and answer y to deploy them.",
        )


def _words(given: str) -> list[str]:
    try:
        return shlex.split(given)
    except ValueError as error:  # a quotation mark without its other half
        raise OperatorError(f"The parameters can't be read: {error}.", _AS_HERE) from error


def _sam(command: str, *options: str, stack: Stack | None = None) -> None:
    if sam.run(command, *options):
        again = "Fix what they name, then run the same command again."
        next_step = status.after_failure(stack) if stack else again
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
