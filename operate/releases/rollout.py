"""Both stacks of a stage, deployed from a release with the SAM CLI: ours, then the one beside it."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import boto3
from rich.console import Console

from operate import credentials, limits, paths, status, template
from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.releases.packing import TEMPLATE
from operate.releases.release import FOLDER, Release
from operate.releases.shelf import Deployed, Shelf
from operate.stack import Stack
from operate.stages import sam
from operate.stages.samconfig import Settings, settings_of
from operate.yours import beside

# What the functions are told of the application before they can ask; releases up to 0.1.1 don't take it. What
# a stage has for it was saved by an earlier deployment, maybe of another stage.
_APPLICATION = "KnownApplicationId"
# Whether a deployment tries its webhooks: not before what its flows need is there.
_CHECK, _LATER = "DeployCheck", "later"


class Rollout(NamedTuple):
    """One stack of a stage, and what the SAM CLI is told about it.

    `agreed` keeps it from asking before it changes something, whatever the stage says; `changes` says whether
    each deployment changes something, if only its DeploymentId; `waits`, whether a later one can try its
    webhooks.
    """

    stage: str
    configuration: Path
    stack: Stack
    parameters: Mapping[str, str]
    packed: Path
    options: Sequence[str] = ()
    agreed: bool = False
    changes: bool = True
    waits: bool = False

    def build(self) -> None:
        """Build it from the project's folder.

        Raises:
            OperatorError: The SAM CLI failed.
        """
        self._sam("build", next_step=lambda: "Fix what they name, then run the same command again.")

    def in_advance(self) -> None:
        """Deploy what it has that is new, before anything asks for it; nothing is done where nothing is.

        Raises:
            OperatorError: The SAM CLI failed.
        """
        known = {"DeploymentId": self.stack.parameter("DeploymentId")} if self.stack.described() else {}
        self._deploy("--no-fail-on-empty-changeset", parameters={**self.parameters, **known})

    def show(self, out: Console) -> None:
        """Have CloudFormation say what it would change; it forgets it with the next deployment.

        Raises:
            OperatorError: The SAM CLI failed.
        """
        if not self.stack.described():
            out.print(f"The stack {self.stack.name} isn't there yet, so all of it is new.", soft_wrap=True)
            return
        self._deploy("--no-execute-changeset", "--no-fail-on-empty-changeset")

    def deploy(self) -> None:
        """Deploy what is packed.

        Raises:
            OperatorError: The SAM CLI failed, or nobody agreed to the changes: it ends well after that.
        """
        self._deploy()
        if self.changes and self.stack.parameter("DeploymentId") != self.parameters["DeploymentId"]:
            raise OperatorError(
                f"Nothing of {self.stack.name} was deployed: the changes were shown and not made.",
                "Run the same command again, and answer y to deploy them.",
            )

    def _deploy(self, *options: str, parameters: Mapping[str, str] | None = None) -> None:
        given = self.parameters if parameters is None else parameters
        overrides = [sam.as_sam_reads(name, value) for name, value in given.items()]
        overriding = ["--parameter-overrides", *overrides] if overrides else []
        # The SAM CLI would look for the stages beside the template that it's given.
        files = ("--config-file", str(self.configuration), "--template-file", str(self.packed))
        agreed = ["--no-confirm-changeset"] if self.agreed else []
        said = [*files, *agreed, *self.options, *options, *overriding]
        self._sam("deploy", *said, next_step=lambda: status.after_failure(self.stack))

    def _sam(self, command: str, *options: str, next_step: Callable[[], str]) -> None:
        folder = self.configuration.parent
        if sam.run(command, "--config-env", self.stage, *options, folder=folder):
            of = "" if folder == paths.ROOT else f" in {folder.name}/"
            raise OperatorError(f"`sam {command}`{of} failed; its last lines say why.", next_step())


def prepared(
    out: Console,
    settings: Settings,
    wanted: Mapping[str, str],
    release: Release | None = None,
    *,
    agreed: bool = False,
) -> list[Rollout]:
    """The stacks of a stage, once all is refused that would fail after minutes.

    Args:
        out: Where it warns.
        settings: The stage.
        wanted: The parameters of our stack.
        release: What is to be deployed; without it, what is still to be built.
        agreed: Whether nobody is to be asked before something is changed.

    Raises:
        OperatorError: A parameter or the stack's name can't be right, nobody is signed in to AWS, the
            credentials are missing, or a stack takes no deployment.
    """
    written = template.read((release.folder if release else paths.ROOT) / TEMPLATE)
    template.refuse(written, settings.stack_name, wanted)
    stack = _ready(settings)
    credentials.refuse_missing(wanted.get("CredentialsSecret") or stack.parameter("CredentialsSecret"))
    known = {name: stack.output("ApplicationId") for name in written["Parameters"].keys() & {_APPLICATION}}
    waits = _LATER in written["Parameters"].get(_CHECK, {}).get("AllowedValues", [])
    ours = Rollout(settings.stage, settings.file, stack, {**wanted, **known}, FOLDER / TEMPLATE, waits=waits)
    app = release.folder / "app" if release else paths.APP
    stacks = [ours, *_beside(settings, wanted["DeploymentId"], app)]
    if short := limits.shortage():
        out.print(str(short), style="yellow", markup=False)
    return [each._replace(agreed=agreed) for each in stacks]


def _beside(ours: Settings, deployment_id: str, app: Path) -> Iterator[Rollout]:
    """The stack beside ours, which imports what ours exports; none as long as app/ has no resources."""
    written = beside.template(app)
    beside.refuse_lost(ours.stage, written, app)
    if not written:
        return
    own = settings_of(ours.stage, paths.APP)
    given = beside.parameters(ours.stage, ours.stack_name, deployment_id, own.overrides, app)
    there = replace(ours, stack_name=beside.stack_name(ours.stack_name))
    packed, options = FOLDER / "app" / TEMPLATE, there.options.split()
    changes = beside.changes_each_time(app)
    yield Rollout(ours.stage, own.file, _ready(there), given, packed, options, changes=changes)


def roll_out(
    out: Console, settings: Settings, stacks: Sequence[Rollout], release: Release, before: str | None = None
) -> None:
    """Deploy a release, and keep it with the stage, so that it can be promoted and gone back to.

    What flows ask for in the stack beside ours is there before them, as an update tries them. That stack
    imports from ours, so ours comes first in a new stage, and is tried once both are there; and on the way
    back, as flows of before ask for less. In the end the one beside ours gets our new layers.

    Args:
        out: Where it says which release that was.
        settings: The stage, signed in to.
        stacks: Its stacks.
        release: What they are deployed from.
        before: The DeploymentId of what ran before, as the way back has it; that of the stack when left out.

    Raises:
        OperatorError: The SAM CLI failed, nobody agreed to the changes, or the release can't be kept.
    """
    ours, *others = stacks
    ran = ours.stack.parameter("DeploymentId") if before is None else before
    deployment_id = ours.parameters["DeploymentId"]
    first, last = _around(ours, others)
    if not first and before is None:
        for each in others:
            each.in_advance()
    (first or ours).deploy()
    try:
        for each in others:
            each.deploy()
        if last:
            last.deploy()
    except OperatorError:
        with contextlib.suppress(OperatorError):  # what failed first is told
            _keep(settings, release, deployment_id, Deployed(release.id, ran, complete=False))
        raise
    _keep(settings, release, deployment_id, Deployed(release.id, ran, complete=True))
    out.print(f"The stage {settings.stage} runs {release}:", markup=False)
    for line in release.digests():
        out.print(line, markup=False)


def _around(ours: Rollout, others: Sequence[Rollout]) -> tuple[Rollout | None, Rollout | None]:
    """Our stack before the one beside it is there, not tried yet, and after; of no stage but a new one."""
    tried = ours.stack.parameter(_CHECK) if ours.stack.described() else _LATER
    if not others or not ours.waits or tried != _LATER or _CHECK in ours.parameters:
        return None, None
    return (
        ours._replace(parameters={**ours.parameters, _CHECK: _LATER}),
        ours._replace(parameters={**ours.parameters, _CHECK: "true"}),
    )


def _keep(settings: Settings, release: Release, deployment_id: str, deployed: Deployed) -> None:
    try:
        shelf = Shelf(settings)
        shelf.keep(release)
        shelf.note(deployment_id, deployed)
    except OperatorError as error:
        raise OperatorError(
            f"The stage {settings.stage} is deployed, but its release could not be kept, so it can't be "
            f"promoted or gone back to. {error.cause}",
            error.next_step,
        ) from error


def _ready(settings: Settings) -> Stack:
    """The stack, once it's certain who deploys, as the SAM CLI will find, and that the stack takes it."""
    settings.sign_in()
    with asking_aws_to("deploy"):
        boto3.client("sts").get_caller_identity()
    stack = Stack(settings.stack_name, settings.options)
    if hindered := status.hindrance(stack, stack.described().get("StackStatus", "")):
        raise hindered
    return stack
