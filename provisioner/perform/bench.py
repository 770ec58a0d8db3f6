"""What the steps of a plan work with, and what one step leaves for the next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from provisioner.cloudformation.deadline import Deadline
from provisioner.errors import CancelledError, ProvisionerError
from provisioner.remembered.memory import Memory
from provisioner.remembered.ownership import Ownership
from provisioner.world.keys import KeyPair
from provisioner.world.secret import ApplicationSecret, Content
from provisioner.world.vonage import Vonage
from provisioner.world.vonage_errors import VonageError

Undo = Callable[[], object]


@dataclass
class Bench:
    """The tools for one request.

    Attributes:
        owner: Physical id of the resource.
        token: Names the request, so that a write done twice is one write.
        memory: What is remembered about the resource.
    """

    owner: str
    token: str
    vonage: Vonage
    deadline: Deadline
    ownership: Ownership
    memory: Memory

    def surely(self, do: Callable[[], object], undo: Undo) -> Undo:
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
            error.next_step += f" It may have been done all the same: {failure.cause}"


@dataclass
class ApplicationBench(Bench):
    """The tools for an application.

    Attributes:
        secret: The application's secret.
        current: What is in it.
        pending: The next key, while it is rotated.
        make_key: Makes a new key pair.
        live: The application as last seen.
        creating: The id of the Create that is being done; empty when it is something else.
    """

    secret: ApplicationSecret = field(kw_only=True)
    current: Content = field(kw_only=True)
    pending: Content = field(kw_only=True)
    make_key: Callable[[], KeyPair] = field(kw_only=True)
    live: dict[str, Any] = field(default_factory=dict, repr=False)
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
