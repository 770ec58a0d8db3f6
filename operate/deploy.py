"""`make deploy`: `sam build` and `sam deploy` of one stage of samconfig.toml: ours, and the stack beside it.

The parameters are those of the stage, those given on the command line, and the time of the deployment, for
which CloudFormation tries the webhooks anew. What is given nowhere stays as it is. Whatever would fail after
minutes of building, and can be known before, is refused before.
"""

import argparse
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import boto3
from rich.console import Console

from operate import credentials, limits, paths, status, template
from operate.command_line import WELL, Command, Output, switch, takes_stage
from operate.errors import OperatorError
from operate.handlers import imports
from operate.refusals import asking_aws_to
from operate.stack import Stack
from operate.stages import here, sam
from operate.stages.samconfig import Settings, settings_of
from operate.yours import beside

_AS_HERE = 'Write them as here: make deploy PARAMETERS="Numbers=447700900000 ForwardTo=447700900001"'


def deploy(out: Console, stage: str, given: str, *, preview: bool = False) -> None:
    """Build and deploy, talking to the terminal as the SAM CLI does.

    Args:
        out: Where it says what is next.
        stage: Of samconfig.toml.
        given: Parameters of the template, as NAME=VALUE with blanks between them.
        preview: Whether to show the changes and make none.

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
    credentials.refuse_missing(wanted.get("CredentialsSecret") or stack.parameter("CredentialsSecret"))
    imports.refuse(imports.folders())
    stacks = [_Deployment(stage, stack, wanted), *_beside(settings, wanted["DeploymentId"])]
    if short := limits.shortage():
        out.print(str(short), style="yellow", markup=False)
    for each in stacks:
        each.build()
    if preview:
        for each in stacks:
            each.show(out)
        out.print(f"Nothing was deployed. `make deploy ENV={stage}` makes these changes.")
        return
    for each in stacks:
        each.deploy()
        if each.changes:
            _refuse_undone(each.stack, wanted["DeploymentId"])
    out.print(f"Deployed. `make doctor ENV={stage}` examines it; docs/operations.md has the rest.")


class _Deployment(NamedTuple):
    """One stack of a stage, and what the SAM CLI is told about it in the folder that it's in.

    `changes` says whether each deployment changes something, if only its DeploymentId.
    """

    stage: str
    stack: Stack
    parameters: Mapping[str, str]
    folder: Path = paths.ROOT
    options: Sequence[str] = ()
    changes: bool = True

    def build(self) -> None:
        again = "Fix what they name, then run the same command again."
        self._sam("build", next_step=lambda: again)

    def show(self, out: Console) -> None:
        """Have CloudFormation say what it would change; it forgets it with the next deployment."""
        if not self.stack.described():
            out.print(f"The stack {self.stack.name} isn't there yet, so all of it is new.", soft_wrap=True)
            return
        self.deploy("--no-execute-changeset", "--no-fail-on-empty-changeset")

    def deploy(self, *options: str) -> None:
        overrides = [sam.as_sam_reads(name, value) for name, value in self.parameters.items()]
        given = ["--parameter-overrides", *overrides] if overrides else []
        self._sam(
            "deploy", *self.options, *options, *given, next_step=lambda: status.after_failure(self.stack)
        )

    def _sam(self, command: str, *options: str, next_step: Callable[[], str]) -> None:
        if sam.run(command, "--config-env", self.stage, *options, folder=self.folder):
            of = "" if self.folder == paths.ROOT else f" in {self.folder.name}/"
            raise OperatorError(f"`sam {command}`{of} failed; its last lines say why.", next_step())


def _beside(ours: Settings, deployment_id: str) -> Iterator[_Deployment]:
    """The stack beside ours, which imports what ours exports; none as long as app/ has no resources."""
    written = beside.template()
    beside.refuse_lost(ours.stage, written)
    if not written:
        return
    own = settings_of(ours.stage, paths.APP)
    given = beside.parameters(ours.stage, ours.stack_name, deployment_id, own.overrides)
    there = replace(ours, stack_name=beside.stack_name(ours.stack_name))
    options = there.options.split()
    yield _Deployment(ours.stage, _ready(there), given, paths.APP, options, beside.changes_each_time())


def parameters(configured: Mapping[str, str], given: str, now: datetime) -> dict[str, str]:
    """The parameters of a deployment; what is given counts more than what the stage has.

    What the stage has for DeploymentId was saved by an earlier deployment, so it says nothing about this one.

    Raises:
        OperatorError: A parameter isn't NAME=VALUE.
    """
    return {**configured, "DeploymentId": now.strftime("%Y-%m-%dT%H:%M:%SZ"), **named(given)}


def named(given: str) -> dict[str, str]:
    """Parameters as they are given on a command line, by their names.

    Raises:
        OperatorError: One isn't NAME=VALUE.
    """
    found = {}
    for text in _words(given):
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise OperatorError(f"{text!r} isn't a parameter.", _AS_HERE)
        found[name] = value
    return found


def _ready(settings: Settings) -> Stack:
    """The stack, once it's certain who deploys, as the SAM CLI will find, and that the stack takes it."""
    settings.sign_in()
    with asking_aws_to("deploy"):
        boto3.client("sts").get_caller_identity()
    stack = Stack(settings.stack_name, settings.options)
    if hindered := status.hindrance(stack, stack.described().get("StackStatus", "")):
        raise hindered
    return stack


def _refuse_undone(stack: Stack, deployment_id: str) -> None:
    """Tell a change set that nobody agreed to from a deployment: the SAM CLI ends well after both."""
    if stack.parameter("DeploymentId") != deployment_id:
        raise OperatorError(
            f"Nothing of {stack.name} was deployed: the changes were shown and not made.",
            "Run the same command again, and answer y to deploy them.",
        )


def _words(given: str) -> list[str]:
    try:
        return shlex.split(given)
    except ValueError as error:  # a quotation mark without its other half
        raise OperatorError(f"The parameters can't be read: {error}.", _AS_HERE) from error


def _options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    what = "parameters of the template, NAME=VALUE with blanks between them: docs/parameters.md"
    parser.add_argument("--parameters", metavar="PARAMETERS", default="", help=what)
    switch(parser, "--preview", "show what would change at AWS, and change nothing")


def _deploy(out: Output, given: argparse.Namespace) -> int:
    deploy(out.console, given.env, given.parameters, preview=given.preview)
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
