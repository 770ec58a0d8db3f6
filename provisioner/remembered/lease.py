"""One request at a time for each resource and each number.

CloudFormation's requests are delivered at least once, sometimes twice at the same moment, and a Delete may
come while the Create still runs. Whoever works holds a lease that ends with its own deadline, so that a
dead holder blocks nobody for longer than it could have worked. A lease that ended, or was given back, is
followed by the next number, and only one caller can create that one.

No number is used twice, as Parameter Store wants the name of a deleted parameter to rest. The last two are
kept: a list of parameters may lack the newest one, and whoever reads such a list must not start again.
Source: AWS Systems Manager API reference (GetParametersByPath: "on a best-effort basis").
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from provisioner.cloudformation.deadline import Deadline
from provisioner.errors import DeadlineError, ProvisionerError, StillRunningError
from provisioner.world.records import Record, Records, is_gone

POLL_S = 0.7
# No function works longer than this (Lambda's quota), nor do clocks differ by a minute.
LONGEST_S = 900.0 + 60.0
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
            held = self._numbered(folder)
            newest = max(held, default=0)
            path = f"{folder}/{newest + 1}"
            if not self._runs(folder, held.get(newest)) and self._took(path, holder, request):
                self._tidy(folder, held, newest)
                return path
            self._wait(name)

    def _numbered(self, folder: str) -> dict[int, Record]:
        found = self.records.with_marks(folder)
        return {int(name): lease for name, lease in found.items() if name.isdecimal()}

    def _runs(self, folder: str, lease: Record | None) -> bool:
        """Whether its holder may be at work. A lease that nobody can have taken stops nobody."""
        until, now = (lease or {}).get("until", 0), self.clock()
        if not isinstance(until, int | float) or until > now + LONGEST_S:
            log.warning("RECORD_DAMAGED: a lease in %s ends at %.40r, which is passed by", folder, until)
            return False
        return until > now

    def _tidy(self, folder: str, held: Mapping[int, Record], newest: int) -> None:
        """Mark the newest of the earlier leases, if its holder has died, and remove those before it."""
        for number, lease in held.items():
            if number < newest:
                self.records.remove(f"{folder}/{number}")
            elif not is_gone(lease):
                self.records.put(f"{folder}/{number}", self.records.mark(until=0))

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
            self.records.delete(path, until=0)
        except ProvisionerError as error:
            log.warning("%s is kept until it ends: %s", path, error.cause)
