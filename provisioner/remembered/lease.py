"""One request at a time for each resource and each number.

CloudFormation's requests are delivered at least once, sometimes twice at the same moment, and a Delete may
come while the Create still runs. Whoever works holds a lease that ends with its own deadline, so that a
dead holder blocks nobody for longer than it could have worked. A lease that ran out is followed by the next
number, and only one caller can create that one.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from provisioner.cloudformation.deadline import Deadline
from provisioner.errors import DeadlineError, ProvisionerError, StillRunningError
from provisioner.world.records import Records

POLL_S = 0.7
log = logging.getLogger("provisioner")


@dataclass(frozen=True)
class Leases:
    """Leases kept in the records.

    Attributes:
        records: where they are kept.
        deadline: how long this caller may wait and work.
        clock: Unix time in seconds, the same for every caller.
    """

    records: Records
    deadline: Deadline
    clock: Callable[[], float]

    @contextmanager
    def held(self, names: Iterable[str], request: str = "") -> Iterator[None]:
        """Hold every one of the names; taken in the same order by all, so that nobody waits in a circle.

        Args:
            names: what to hold.
            request: the id of CloudFormation's request, for a Delete that finds the lease of a dead Create.

        Raises:
            StillRunningError: another holder did not finish in the time this caller has.
        """
        with ExitStack() as stack:
            for name in sorted(set(names)):
                stack.callback(self._release, self._acquire(name, request))
            yield

    def _acquire(self, name: str, request: str) -> str:
        folder, holder = f"leases/{name}", str(uuid.uuid4())
        while True:
            held = self.records.under(folder)
            newest = max((int(number) for number in held), default=0)
            running = newest and held[str(newest)]["until"] > self.clock()
            if not running and self._took(f"{folder}/{newest + 1}", holder, request):
                for number in held:
                    self.records.delete(f"{folder}/{number}")
                return f"{folder}/{newest + 1}"
            self._wait(name)

    def _took(self, path: str, holder: str, request: str) -> bool:
        """Whether the lease is this caller's; a reply that was lost must not make it somebody else's."""
        until = self.clock() + self.deadline.undo_until - self.deadline.now()
        if self.records.create(path, {"holder": holder, "until": until, "request": request}):
            return True
        return (self.records.get(path) or {}).get("holder") == holder

    def _wait(self, name: str) -> None:
        try:
            self.deadline.pause(POLL_S)
        except DeadlineError:
            raise StillRunningError(
                f"Another request still works on {name}.", "Lambda delivers this one again.", "BUSY"
            ) from None

    def _release(self, path: str) -> None:
        """Give it back. One that cannot be given back ends by itself; what was done stays done."""
        try:
            self.records.delete(path)
        except ProvisionerError as error:
            log.warning("%s is kept until it ends: %s", path, error.cause)
