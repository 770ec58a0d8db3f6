"""Who has opted out of what, and the promise that nothing is sent to them once they have been told so.

Of each person there is one item, with two sets: the senders that they have opted out of (or all), and the
sends that are under way. A send puts itself into the second one on the condition that the first has not its
sender, in one write. An opt-out is one write, too, which says what is under way at that moment: until that
has ended, or its lease is over, nobody is told that it is done. So either the send sees the opt-out, or the
opt-out sees the send, whatever comes first.

It is in terms of a store that is given, so that every order of events can be tried.
"""

from collections.abc import Callable, Collection, Generator
from typing import Protocol

EVERYTHING = "*"
# Longer than the outbound function may run: a send whose function was cut off is over by then.
LEASE_S = 60
_LOOK_AGAIN_S = 0.2


class StillSendingError(Exception):
    """Something is under way to a person who has opted out, and nobody can say yet that nothing is."""


class People(Protocol):
    """Where people are kept. Each operation is atomic, whoever else works on the same person."""

    def begin(self, person: str, senders: Collection[str], lease: str) -> bool:
        """Note a send that begins, unless the person has opted out of one of these, or of everything."""

    def end(self, person: str, leases: frozenset[str]) -> None:
        """Forget sends that have ended."""

    def stop(self, person: str, sender: str, cause: str, said_at: float = 0) -> tuple[frozenset[str], bool]:
        """Note an opt-out, and what caused it: the sends that are under way, and whether it is this one's."""

    def start(self, person: str, sender: str, cause: str, said_at: float = 0) -> bool:
        """Take an opt-out back, of a sender or all of them, and tell whether it was this cause that did.

        One that was said before the last change is too late; what says no time isn't.
        """

    def stopped(self, person: str) -> frozenset[str]:
        """What a person has opted out of."""


class Ledger:
    """Sends and opt-outs of a stack.

    Args:
        people: where they are kept.
        clock: gives the Unix time.
    """

    def __init__(self, people: People, clock: Callable[[], float]) -> None:
        self._people = people
        self._clock = clock

    def begin(self, person: str, senders: Collection[str], identity: str) -> str:
        """Note that a send begins; gives its lease, empty when the person has opted out of one of these."""
        lease = f"{self._clock() + LEASE_S:.0f} {identity}"
        return lease if self._people.begin(person, {each or EVERYTHING for each in senders}, lease) else ""

    def end(self, person: str, lease: str) -> None:
        """Note that a send is over, and that Vonage has said what became of it."""
        self._people.end(person, frozenset({lease}))

    def stop(
        self, person: str, sender: str, cause: str, *, until: float, said_at: float = 0
    ) -> Generator[float, None, bool]:
        """Opt a person out; gives the seconds to sleep, until whatever was under way has ended.

        Args:
            person: who it is.
            sender: of which they want no more, empty for all.
            cause: what says so.
            until: the Unix time until which to wait.
            said_at: the Unix time at which they said so themselves, 0 if it wasn't they.

        Returns:
            Whether it was this cause that opted them out, or they had done so before.

        Raises:
            StillSendingError: something is under way at the Unix time `until`; this is to be done again.
        """
        while True:
            leases, is_new = self._people.stop(person, sender or EVERYTHING, cause, said_at)
            if not self._alive(person, leases):
                return is_new
            if self._clock() + _LOOK_AGAIN_S > until:
                raise StillSendingError
            yield _LOOK_AGAIN_S

    def start(self, person: str, sender: str, cause: str, *, said_at: float = 0) -> bool:
        """Take a person's opt-out back; tells whether there was one that this cause ended.

        One that they said before they last opted out stays without effect: it has come late.
        """
        return self._people.start(person, sender or EVERYTHING, cause, said_at)

    def has_stopped(self, person: str, senders: Collection[str]) -> bool:
        """Whether a person has opted out of one of these; a send that begins later may find otherwise."""
        return bool(self._people.stopped(person) & {*senders, EVERYTHING})

    def _alive(self, person: str, leases: frozenset[str]) -> frozenset[str]:
        over = frozenset(lease for lease in leases if float(lease.partition(" ")[0]) <= self._clock())
        if over:
            self._people.end(person, over)
        return leases - over
