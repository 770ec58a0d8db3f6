"""The kinds of resources that change something at Vonage, and what can be asked of each."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from provisioner.cloudformation.protocol import Answer, Request
from provisioner.errors import ConflictError
from provisioner.remembered.memory import Memory
from provisioner.resources.application import VonageApplication
from provisioner.resources.number import VonageNumber
from provisioner.resources.tools import Tools
from provisioner.steps.step import Step


class Comparison(Protocol):
    """What a resource's properties want, compared with what is there."""

    @property
    def steps(self) -> Sequence[Step[Any]]:
        """What brings the one to the other."""

    @property
    def left(self) -> Sequence[ConflictError]:
        """What the properties want, but somebody else has taken since."""

    @property
    def is_superseded(self) -> bool:
        """Whether another resource has taken the thing over since, and looks after it now."""

    def carry_out(self) -> None:
        """Do the steps.

        Raises:
            ProvisionerError: a step failed, and those before it have been undone.
        """


class CustomResource(Protocol):
    """One resource of some stack, with the tools of one request and with what is remembered about it.

    Attributes:
        TYPE: CloudFormation's name of its type.
        LEASES: what has to be held beside the resource itself while it is worked on.
    """

    TYPE: ClassVar[str]
    LEASES: ClassVar[tuple[str, ...]]

    def __init__(self, tools: Tools, memory: Memory) -> None: ...

    @staticmethod
    def validate(wants: Mapping[str, Any]) -> None:
        """Refuse properties that the type does not allow, without asking anybody.

        Raises:
            InvalidPropertiesError: one or more are wrong.
        """

    def compare(self, wants: Mapping[str, Any], stack_id: str, token: str) -> Comparison:
        """Find what is there, and plan. Changes nothing.

        Args:
            wants: the properties.
            stack_id: the ARN of the resource's stack.
            token: names what is being done, so that a write done twice is one write.

        Raises:
            ProvisionerError: it cannot be had, or cannot be found out.
        """

    def recover(self, request: Request) -> None:
        """Before an Update of a resource whose records are gone: write down what can be known of it."""

    def converge(self, request: Request) -> Answer:
        """Create or Update: bring it from whatever it is to what the properties say."""

    def reached(self, request: Request, note: str = "") -> Answer:
        """SUCCESS for properties that are recorded as reached, with what is recorded; nobody is asked."""

    def remove(self, request: Request) -> Answer:
        """Delete what the resource made, give back what it took over, and leave everything else alone."""


KINDS: dict[str, type[CustomResource]] = {
    VonageApplication.TYPE: VonageApplication,
    VonageNumber.TYPE: VonageNumber,
}
