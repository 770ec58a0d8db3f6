"""`make deploy`: `sam build` and `sam deploy` of one stage of samconfig.toml: ours, and the stack beside it.

The parameters are those of the stage, those given on the command line, and the time of the deployment, for
which CloudFormation tries the webhooks again. What is given nowhere stays as it is. Whatever would fail after
minutes of building, and can be known before, is refused before.
"""

import argparse
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime

from rich.console import Console

from operate import paths
from operate.command_line import WELL, Command, Output, switch, takes_agreement, takes_stage
from operate.errors import OperatorError
from operate.handlers import dialogs, imports
from operate.releases.release import Release, packed
from operate.releases.rollout import prepared, roll_out
from operate.stages import here
from operate.stages.samconfig import settings_of

_AS_HERE = 'Write them as here: make deploy PARAMETERS="Numbers=447700900000 ForwardTo=447700900001"'


def deploy(out: Console, stage: str, given: str, *, preview: bool = False, agreed: bool = False) -> None:
    """Build and deploy, talking to the terminal as the SAM CLI does.

    Args:
        out: Where it says what is next.
        stage: Of samconfig.toml.
        given: Parameters of the template, as NAME=VALUE with blanks between them.
        preview: Whether to show the changes and make none.
        agreed: Whether nobody is to be asked before something is changed.

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
    stacks = prepared(out, settings, wanted, agreed=agreed)
    imports.refuse(folders := imports.folders())
    dialogs.warn(out, folders)
    for each in stacks:
        each.build()
    release = packed(paths.ROOT, paths.APP if len(stacks) > 1 else None)
    if preview:
        for each in stacks:
            each.show(out)
        out.print(f"Nothing was deployed. `make deploy ENV={stage}` makes these changes.")
        return
    roll_out(out, settings, stacks, release)
    _tell_uncommitted(out, release)
    out.print(f"Deployed. `make doctor ENV={stage}` examines it; docs/operations.md has the rest.")


def _tell_uncommitted(out: Console, release: Release) -> None:
    if release.uncommitted:
        names = ", ".join(release.uncommitted)
        out.print(
            f"It has changes that aren't committed, so nobody can build it again: {names}.",
            style="yellow", markup=False,
        )  # fmt: skip


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
    takes_agreement(parser)


def _deploy(out: Output, given: argparse.Namespace) -> int:
    deploy(out.console, given.env, given.parameters, preview=given.preview, agreed=given.confirm)
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
