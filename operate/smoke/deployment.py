"""Deploy the run's stack with the SAM CLI, and hear from CloudFormation what became of it.

samconfig.toml isn't read: the live stage's parameters, its numbers above all, are none of this stack's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from operate import paths
from operate.errors import OperatorError
from operate.smoke import variants
from operate.stack import Stack
from operate.stages import sam

FOLDER = paths.LOCAL / "smoke"
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
        profile: The AWS profile of whoever deploys; None is the shell's.
        given: Parameters for each of its deployments.
        packaged: A template that is built and uploaded already; without one it is built at first need.
        stack: The stack, as CloudFormation has it.
    """

    stack_name: str
    region: str
    profile: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    packaged: Path | None = None
    stack: Stack = field(init=False)
    _template: Path | None = None

    def __post_init__(self) -> None:
        self.stack = Stack(self.stack_name, f"--stack-name {self.stack_name} {' '.join(self.where)}")

    @property
    def where(self) -> list[str]:
        """What names the Region and the account to `aws` and to `sam`."""
        return ["--region", self.region, *(["--profile", self.profile] if self.profile else [])]

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
        written = [sam.as_sam_reads(name, value) for name, value in overrides.items()]
        self._sam(
            "deploy",
            *("--template-file", str(template), "--stack-name", self.stack_name),
            *("--resolve-s3", "--s3-prefix", self.stack_name, "--capabilities", "CAPABILITY_IAM"),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset"),
            *(["--parameter-overrides", *written] if written else []),
        )
        took_s = (datetime.now(UTC) - begun).total_seconds()
        return Outcome(self.status(), self.stack.first_failure(begun), took_s)

    def status(self) -> str:
        """What CloudFormation says of the stack; empty when there is none."""
        return str(self.stack.described().get("StackStatus", ""))

    def _packaged(self) -> Path:
        """The template as `sam package` leaves it.

        Raises:
            OperatorError: It can't be built, or its code not be uploaded.
        """
        if self.packaged is None:
            built, packaged = FOLDER / "build", FOLDER / "packaged.yaml"
            FOLDER.mkdir(parents=True, exist_ok=True)
            build = ("--build-dir", str(built), "--cached", "--parallel")
            files = ("--template-file", str(built / "template.yaml"), "--output-template-file", str(packaged))
            uploads = ("--resolve-s3", "--s3-prefix", self.stack_name)
            if self._sam("build", *build) or self._sam("package", *files, *uploads):
                raise OperatorError(
                    "The stack could not be built, or its code could not be uploaded.",
                    f"{self.log} has what the SAM CLI said.",
                )
            self.packaged = packaged
        return self.packaged

    def _sam(self, command: str, *options: str) -> int:
        """Run the SAM CLI; its exit status. The stack's own status says whether a deployment failed."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        configuration = FOLDER / "samconfig.toml"
        configuration.write_text("version = 0.1\n")
        with self.log.open("ab") as log:
            return sam.run(command, *options, "--config-file", str(configuration), *self.where, log=log)
