"""What every step is. A plan only makes steps; `execute` does them."""

from abc import abstractmethod
from typing import ClassVar, Protocol, TypeVar

from provisioner.steps.context import ApplicationContext, StepContext, Undo

Context_contra = TypeVar("Context_contra", bound=StepContext, contravariant=True)


class Step(Protocol[Context_contra]):
    """One thing to do, in data that shows no secret, and safe to do twice.

    Attributes:
        code: what is amiss when a plan holds the step although nothing was asked to change.
        is_final: whether nothing that was done before it may be undone once it is done.
        is_record: whether it only writes down whose a thing is, and what it was.
    """

    code: ClassVar[str]
    is_final: ClassVar[bool] = False
    is_record: ClassVar[bool] = False

    @abstractmethod
    def __str__(self) -> str:
        """What it does, for an operator."""

    @abstractmethod
    def do(self, context: Context_contra) -> Undo | None:
        """Do it, and return how to undo it; None when there is nothing to undo.

        Raises:
            ProvisionerError: it was not done.
        """


ApplicationStep = Step[ApplicationContext]
NumberStep = Step[StepContext]
