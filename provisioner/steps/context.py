"""What the steps of a plan work with, and what one step leaves for the next."""

from collections.abc import Callable
from dataclasses import dataclass, field

from provisioner.cloudformation.deadline import Deadline
from provisioner.errors import CancelledError, ProvisionerError
from provisioner.remembered.memory import Memory
from provisioner.remembered.ownership import Ownership
from provisioner.world.document import Document
from provisioner.world.keys import KeyPair
from provisioner.world.secret import ApplicationSecret, Content
from provisioner.world.vonage import Vonage
from provisioner.world.vonage_errors import VonageError

Undo = Callable[[], object]


@dataclass
class StepContext:
    """What every step of one request works with.

    Attributes:
        token: names the request, so that a write done twice is one write.
        memory: what is remembered about the resource.
        leaves_something: whether something may have been done that could not be undone.
    """

    token: str
    vonage: Vonage
    deadline: Deadline
    ownership: Ownership
    memory: Memory
    leaves_something: bool = field(default=False, kw_only=True)

    @property
    def owner(self) -> str:
        """Physical id of the resource."""
        return self.memory.id

    def attempt(self, do: Callable[[], object], undo: Undo) -> Undo:
        """Do something that can be undone; if nobody knows whether it was done, undo it.

        Raises:
            VonageError: it was not done.
        """
        try:
            do()
        except VonageError as error:
            if error.uncertain:
                self._undo_uncertain(error, undo)
            raise
        return undo

    def _undo_uncertain(self, error: VonageError, undo: Undo) -> None:
        self.deadline.undoing = True
        try:
            undo()
        except ProvisionerError as failure:
            self.leaves_something = True
            error.next_step += f" It may have been done all the same: {failure.cause}"


@dataclass
class ApplicationContext(StepContext):
    """What the steps of an application work with.

    Attributes:
        secret: the application's secret.
        current: what is in it.
        pending: the next key, while it is rotated.
        make_key: makes a new key pair.
        live: the application as last seen.
        creating: the id of the Create that is being done; empty when it is something else.
    """

    secret: ApplicationSecret
    current: Content
    pending: Content
    make_key: Callable[[], KeyPair]
    live: Document = field(repr=False)
    creating: str = ""

    @property
    def key(self) -> KeyPair:
        """The current key pair; a plan stores one before any step that needs it."""
        if self.current.key is None:
            raise ValueError("the plan uses a key that it has not stored")
        return self.current.key

    def stop_if_cancelled(self) -> None:
        """Raise when the resource is being deleted.

        Raises:
            CancelledError: go no further.
        """
        if self.creating and self.memory.buried(self.creating):
            raise CancelledError("The stack deleted this resource while it was being created.")
