"""`make promote FROM=dev TO=prod` and `make rollback ENV=prod`: what ran is deployed, nothing is built."""

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime

from rich.console import Console

from operate import template
from operate.command_line import WELL, Command, Output, takes_agreement, takes_stage
from operate.deploy import parameters
from operate.errors import OperatorError
from operate.releases.packing import TEMPLATE
from operate.releases.release import Release
from operate.releases.rollout import prepared, roll_out
from operate.releases.shelf import Shelf
from operate.stack import Stack
from operate.stages import here
from operate.stages.samconfig import Settings, settings_of


def promote(out: Console, source: str, target: str, commit: str = "", *, agreed: bool = False) -> None:
    """Deploy to one stage what runs on another: the same code, with the settings of its own stage.

    Args:
        out: Where it says what it does.
        source: The stage on which it runs.
        target: The stage that is to run it.
        commit: What it must have been built from; whatever it was when left out.
        agreed: Whether nobody is to be asked before something is changed.

    Raises:
        OperatorError: One isn't a stage of an account or they are the same, it isn't known what runs there,
            it's of another commit, the release is lost, or it can't be deployed.
    """
    for stage in (source, target):
        _refuse_here(stage)
    if source == target:
        raise OperatorError(f"{source} runs that already.", "Name two stages: make promote FROM=dev TO=prod")
    shelf, running, _ = _of(source)
    release = shelf.fetch(shelf.running(running).release)
    out.print(f"{source} runs {release}.", markup=False)
    if commit and not release.is_of(commit):
        raise OperatorError(
            f"{source} runs {release}, and {commit} was to be promoted.",
            f"Was something deployed to {source} since? Promote that, or deploy this one there first.",
        )
    settings = settings_of(target)
    wanted = parameters(settings.overrides, "", datetime.now(UTC))
    roll_out(out, settings, prepared(out, settings, wanted, release, agreed=agreed), release)


def rollback(out: Console, stage: str, *, agreed: bool = False) -> None:
    """Deploy the release that ran before the present one; once more, the one before that.

    Args:
        out: Where it says what it does.
        stage: Of samconfig.toml.
        agreed: Whether nobody is to be asked before something is changed.

    Raises:
        OperatorError: It isn't a stage of an account, no earlier release is known, or it can't be deployed.
    """
    _refuse_here(stage)
    shelf, running, settings = _of(stage)
    earlier = shelf.before(running)
    release = shelf.fetch(earlier.release)
    out.print(f"Back to {release}.", markup=False)
    wanted = parameters(settings.overrides, "", datetime.now(UTC))
    stacks = prepared(out, settings, _known(out, release, wanted), release, agreed=agreed)
    roll_out(out, settings, stacks, release, earlier.before)


def _of(stage: str) -> tuple[Shelf, str, Settings]:
    """A stage's releases, the DeploymentId that it has, and the stage."""
    settings = settings_of(stage)
    settings.sign_in()
    stack = Stack(settings.stack_name, settings.options)
    if not stack.described():
        raise stack.missing()
    return Shelf(settings), stack.parameter("DeploymentId"), settings


def _known(out: Console, release: Release, wanted: Mapping[str, str]) -> dict[str, str]:
    """The parameters that a template of then has; what a later one added is left out, and said."""
    known = template.read(release.folder / TEMPLATE)["Parameters"]
    if newer := [name for name in wanted if name not in known]:
        out.print(f"It has no parameter {', '.join(newer)} yet, so that is left out.", markup=False)
    return {name: value for name, value in wanted.items() if name in known}


def _refuse_here(stage: str) -> None:
    here.refuse(
        stage,
        "Releases belong to stages in an AWS account; the stage on this machine follows what you save.",
        "Name another: make promote FROM=dev TO=prod, or make rollback ENV=prod",
    )


def _promote(out: Output, given: argparse.Namespace) -> int:
    promote(out.console, given.source, given.target, given.commit, agreed=given.confirm)
    return WELL


def _rollback(out: Output, given: argparse.Namespace) -> int:
    rollback(out.console, given.env, agreed=given.confirm)
    return WELL


def _stages(parser: argparse.ArgumentParser) -> None:
    of = "a stage of samconfig.toml: the one that"
    parser.add_argument("--from", dest="source", required=True, metavar="STAGE", help=f"{of} runs it")
    parser.add_argument("--to", dest="target", required=True, metavar="STAGE", help=f"{of} is to run it")
    built_from = "refuse a release that wasn't built from this commit, with nothing uncommitted"
    parser.add_argument("--commit", default="", metavar="COMMIT", help=built_from)
    takes_agreement(parser)


def _stage(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    takes_agreement(parser)


PROMOTE = Command(
    "Deploy to one stage the release that runs on another, without building anything",
    _promote,
    ("make promote FROM=dev TO=prod", "python -m operate promote --from dev --to prod"),
    _stages,
)
ROLLBACK = Command(
    "Deploy the release that a stage ran before, without building anything",
    _rollback,
    ("make rollback ENV=prod", "python -m operate rollback --env prod"),
    _stage,
)
