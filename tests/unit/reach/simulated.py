"""Workers, their store and Vonage in simulated time: an hour takes a second, and every run is the same."""

import heapq
import random
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from switchboard.reach.slots import Booking


def seeded(seed: int) -> random.Random:
    """The same chances in each run."""
    return random.Random(seed)  # noqa: S311 - nothing is secret


@dataclass
class Budgeted:
    """A budget as it is kept."""

    free_at: float = 0
    share: float = 1
    slowed_at: float = 0
    refusals: int = 0
    refused_since: float = -1e9


@dataclass
class Memory:
    """`Slots` in memory: nothing happens between the lines of an operation, so each is atomic."""

    budgets: dict[str, Budgeted] = field(default_factory=dict)
    writes: int = 0

    def of(self, budget: str) -> Budgeted:
        self.writes += 1
        return self.budgets.setdefault(budget, Budgeted())

    def book(self, budget: str, step_s: float, now: float, latest: float) -> Booking:
        kept = self.of(budget)
        at = max(kept.free_at, now)
        if at > latest:
            return Booking(None, kept.free_at, kept.share, kept.slowed_at)
        kept.free_at = at + step_s
        return Booking(at, kept.free_at, kept.share, kept.slowed_at)

    def shift(self, budget: str, seconds: float) -> None:
        self.of(budget).free_at += seconds

    def hold(self, budget: str, until: float) -> None:
        kept = self.of(budget)
        kept.free_at = max(kept.free_at, until)

    def refused(self, budget: str, now: float, since: float) -> int:
        kept = self.of(budget)
        if kept.refused_since <= since:
            kept.refused_since, kept.refusals = now, 0
        kept.refusals += 1
        return kept.refusals

    def slow(self, budget: str, share: float, now: float, since: float) -> bool:
        kept = self.of(budget)
        if kept.slowed_at >= since > 0:
            return False
        kept.share, kept.slowed_at, kept.refused_since, kept.refusals = share, now, now, 0
        return True


@dataclass
class Someone:
    """A person as they are kept."""

    stopped: set[str] = field(default_factory=set)
    sending: set[str] = field(default_factory=set)
    cause: str = ""
    changed_at: float = 0


@dataclass
class Crowd:
    """`People` in memory, each operation atomic as above."""

    people: dict[str, Someone] = field(default_factory=dict)

    def of(self, person: str) -> Someone:
        return self.people.setdefault(person, Someone())

    def begin(self, person: str, senders: Collection[str], lease: str) -> bool:
        kept = self.of(person)
        if kept.stopped & {*senders, "*"}:
            return False
        kept.sending.add(lease)
        return True

    def end(self, person: str, leases: frozenset[str]) -> None:
        self.of(person).sending -= leases

    def stop(self, person: str, sender: str, cause: str, said_at: float = 0) -> tuple[frozenset[str], bool]:
        kept = self.of(person)
        kept.changed_at = max(kept.changed_at, said_at)
        if sender not in kept.stopped:
            kept.stopped.add(sender)
            kept.cause = cause
        return frozenset(kept.sending), kept.cause == cause

    def start(self, person: str, sender: str, cause: str, said_at: float = 0) -> bool:
        kept = self.of(person)
        if 0 < said_at < kept.changed_at:
            return False
        if kept.stopped if sender == "*" else sender in kept.stopped:
            kept.stopped -= set(kept.stopped) if sender == "*" else {sender}
            kept.cause = cause
        return kept.cause == cause

    def stopped(self, person: str) -> frozenset[str]:
        return frozenset(self.of(person).stopped)


@dataclass
class World:
    """A clock, and whoever acts on it: generators that give the seconds until their next act."""

    now: float = 1_000_000.0
    _waiting: list[tuple[float, int, Iterator[float]]] = field(default_factory=list)
    _count: int = 0

    def begin(self, actor: Iterator[float], after_s: float = 0) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (self.now + after_s, self._count, actor))

    def run(self, until: float = float("inf")) -> None:
        """Let everybody act, in the order of time, until nobody is left or it is too late."""
        while self._waiting and self._waiting[0][0] <= until:
            self.now, _, actor = heapq.heappop(self._waiting)
            pause = next(actor, None)
            if pause is not None:
                self.begin(actor, pause)


@dataclass
class Vonage:
    """Takes so many requests in any second, of the account and of each sender, and refuses some by chance."""

    clock: Callable[[], float]
    per_second: int
    per_sender: int = 0
    refuses_by_chance: float = 0
    chance: random.Random = field(default_factory=lambda: seeded(7))
    accepted: list[tuple[float, str]] = field(default_factory=list)
    throttled: int = 0
    refused: int = 0

    def admits(self, sender: str = "") -> bool:
        now = self.clock()
        if self.chance.random() < self.refuses_by_chance:
            self.refused += 1
            return False
        if self._is_full(now):
            self.throttled += 1
            return False
        self.accepted.append((now, sender))
        return True

    def _is_full(self, now: float) -> bool:
        recent: dict[str, int] = {}
        for at, sender in reversed(self.accepted):
            if now - at >= 1:
                break
            recent[sender] = recent.get(sender, 0) + 1
        too_many_of_one = self.per_sender and any(count >= self.per_sender for count in recent.values())
        return sum(recent.values()) >= self.per_second or bool(too_many_of_one)

    def most_in_a_second(self) -> int:
        times = [at for at, _ in self.accepted]
        most = begin = 0
        for end, at in enumerate(times):
            while at - times[begin] >= 1:
                begin += 1
            most = max(most, end - begin + 1)
        return most
