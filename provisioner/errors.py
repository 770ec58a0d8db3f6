"""The provisioner's errors. Standard library only: they must exist when nothing else can be imported.

ProvisionerError            what went wrong and what to do next; its text is what an operator reads
  InvalidPropertiesError    the template says something the resource type does not allow
  ConflictError             it could be done, but not without harm to somebody else's thing
  CancelledError            the request was overtaken by the Delete of the same resource
  DeadlineError             no time left; nothing more is started
  StillRunningError         another delivery is at work on the resource: no answer, AWS asks again
  VonageError               (in `world.vonage_errors`) Vonage said no, or nothing
"""


class ProvisionerError(Exception):
    """Something an operator has to read: the cause, then the next step.

    Args:
        cause: what happened, as one sentence.
        next_step: what to do about it, as one sentence; empty when there is nothing to do.
        code: a stable name for programs, listed in `docs/provisioner.md`.
    """

    def __init__(self, cause: str, next_step: str = "", code: str = "FAILED") -> None:
        super().__init__(cause, next_step, code)
        self.cause = cause
        self.next_step = next_step
        self.code = code

    def __str__(self) -> str:
        return f"{self.cause} {self.next_step}".strip()


class InvalidPropertiesError(ProvisionerError):
    """The resource's properties are not what the resource type allows."""


class ConflictError(ProvisionerError):
    """The step would take something that belongs to somebody else."""


class CancelledError(ProvisionerError):
    """A Delete of the same resource came while, or before, this request ran."""


class DeadlineError(ProvisionerError):
    """The time left is kept for undoing and answering."""


class StillRunningError(ProvisionerError):
    """Another delivery holds this resource; it will answer, or AWS will deliver again."""
