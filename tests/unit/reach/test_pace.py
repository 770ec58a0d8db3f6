"""Pace, in simulated time: as many requests as Vonage takes, none too many, and replies before bulk."""

import random
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

import pytest
from switchboard.reach import slots
from switchboard.reach.slots import Budget, Pace, TooFarError

from tests.unit.reach.simulated import Memory, Vonage, World, seeded

# A request is this long on its way to Vonage, and its answer takes this long: seconds, at least and at most.
TRAVELS, ANSWERED = (0.01, 0.05), (0.08, 0.25)


@dataclass
class Run:
    """Workers of one stack that send what is in their queues."""

    per_second: int = 30
    workers: int = 8
    refuses_by_chance: float = 0
    allowed: int | None = None
    jitter: tuple[float, float] = TRAVELS
    world: World = field(default_factory=World)
    store: Memory = field(default_factory=Memory)
    chance: random.Random = field(default_factory=lambda: seeded(1))
    waited: list[float] = field(default_factory=list)
    put_off: int = 0

    def __post_init__(self) -> None:
        self.vonage = Vonage(lambda: self.world.now, self.allowed or self.per_second)
        self.vonage.refuses_by_chance = self.refuses_by_chance
        self.budget = Budget("messages", self.per_second)
        self.bulk: deque[float] = deque()

    def send(self, bulk: int) -> "Run":
        """Send so many, as fast as it goes."""
        self.bulk.extend([self.world.now] * bulk)
        for _ in range(self.workers):
            self.world.begin(self.works())
        return self

    def works(self) -> Iterator[float]:
        pace = Pace(self.store, lambda: self.world.now, self.chance.random)
        while self.bulk:
            due = self.bulk.popleft()
            if due > self.world.now:  # it was put off, and another may be taken meanwhile
                self.bulk.append(due)
                yield 0.05
            elif not (yield from self.asks(pace, is_bulk=True)):
                self.bulk.append(self.world.now + 1)

    def asks(self, pace: Pace, *, is_bulk: bool) -> Generator[float, None, bool]:
        try:
            yield from pace.waits([self.budget], until=self.world.now + 8, is_bulk=is_bulk)
        except TooFarError:
            self.put_off += 1
            return False
        yield self.chance.uniform(*self.jitter)
        is_accepted = self.vonage.admits()
        if not is_accepted:
            pace.refused(self.budget, 1)
        yield self.chance.uniform(*ANSWERED)
        return is_accepted

    def replies(self, number: int, per_second: float) -> Iterator[float]:
        pace = Pace(self.store, lambda: self.world.now, self.chance.random)
        for _ in range(number):
            self.world.begin(self.reply(pace, self.world.now))
            yield self.chance.expovariate(per_second)

    def reply(self, pace: Pace, came: float) -> Iterator[float]:
        if (yield from self.asks(pace, is_bulk=False)):
            self.waited.append(self.world.now - came)

    def rate(self) -> float:
        """Accepted a second, from the first to the last."""
        times = [at for at, _ in self.vonage.accepted]
        return (len(times) - 1) / (times[-1] - times[0])


@pytest.mark.parametrize(("per_second", "workers"), [(30, 8), (3, 2), (3, 8), (100, 24), (1, 5)])
def test_the_rate_is_used_and_never_exceeded(per_second: int, workers: int) -> None:
    run = Run(per_second, workers).send(max(300, 20 * per_second))

    run.world.run()

    assert run.rate() >= 0.9 * per_second
    assert run.vonage.throttled == 0
    assert run.vonage.most_in_a_second() <= per_second


def test_ten_thousand_take_as_long_as_the_rate_says_however_many_work() -> None:
    few, many = Run(workers=8).send(10_000), Run(workers=20).send(10_000)

    for run in (few, many):
        run.world.run()
        assert (len(run.vonage.accepted), run.vonage.throttled, run.put_off) == (10_000, 0, 0)
        assert run.rate() == pytest.approx(28.5, abs=0.3)
    assert few.store.writes < 10_000 * 2


def test_without_a_margin_requests_are_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "MARGIN", 0)
    run = Run().send(1000)

    run.world.run()

    assert run.vonage.throttled > 0


def test_a_reply_is_out_at_once_while_ten_thousand_wait() -> None:
    run = Run().send(10_000)
    run.world.begin(run.replies(500, per_second=5))

    run.world.run(until=run.world.now + 90)

    assert len(run.waited) > 300
    assert max(run.waited) < 1
    assert run.vonage.throttled == 0


def test_bulk_that_books_like_replies_holds_them_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "_BULK_AHEAD_S", 8)
    monkeypatch.setattr(slots, "_BULK_AHEAD_STEPS", 1000)
    run = Run(workers=60).send(10_000)
    run.world.begin(run.replies(500, per_second=5))

    run.world.run(until=run.world.now + 90)

    assert max(run.waited) > 1


def test_one_in_twenty_refused_by_chance_costs_no_more_than_those() -> None:
    run = Run(refuses_by_chance=0.05).send(10_000)

    run.world.run()

    assert len(run.vonage.accepted) == 10_000
    assert run.rate() >= 0.9 * 30 * 0.95
    assert run.vonage.throttled == 0


@pytest.mark.parametrize("allowed", [20, 10, 1])
def test_a_rate_that_is_too_high_goes_down_to_what_vonage_takes(allowed: int) -> None:
    """Somebody else uses the account's key, or the number given was wrong."""
    run = Run(allowed=allowed).send(20_000)
    run.world.run(until=run.world.now + 600)

    before, throttled = len(run.vonage.accepted), run.vonage.throttled
    run.world.run(until=run.world.now + 300)

    assert (len(run.vonage.accepted) - before) / 300 >= 0.9 * allowed
    assert run.vonage.throttled - throttled < 300 * max(3, 0.2 * allowed)


def test_a_rate_that_was_lowered_comes_back() -> None:
    run = Run(allowed=20).send(200_000)
    run.world.run(until=run.world.now + 600)
    assert run.store.budgets["messages"].share < 0.9

    run.vonage.per_second = 30
    run.world.run(until=run.world.now + 3600)

    before = len(run.vonage.accepted)
    run.world.run(until=run.world.now + 60)
    assert len(run.vonage.accepted) - before >= 60 * 28


def test_nobody_waits_for_a_day_because_vonage_said_so_to_some() -> None:
    world, store = World(), Memory()
    pace = Pace(store, lambda: world.now)

    for _ in range(40):
        pace.refused(Budget("messages", 30), 86400)

    assert 0 < store.budgets["messages"].free_at - world.now <= 60


def test_a_slot_that_was_overslept_is_not_used() -> None:
    world, store = World(), Memory()
    pace = Pace(store, lambda: world.now)
    budget = Budget("messages", 10)
    first = pace.waits([budget], until=world.now + 8, is_bulk=False)
    assert list(first) == []

    second = pace.waits([budget], until=world.now + 8, is_bulk=False)
    world.now += next(second) + 1
    with pytest.raises(StopIteration):
        next(second)

    assert store.budgets["messages"].free_at == pytest.approx(world.now + 1 / 9.5)


def test_what_comes_too_late_is_said_at_once() -> None:
    world, store = World(), Memory()
    store.hold("messages", world.now + 60)

    with pytest.raises(TooFarError):
        next(
            Pace(store, lambda: world.now).waits([Budget("messages", 10)], until=world.now + 8, is_bulk=False)
        )


def test_senders_keep_their_own_rates_and_together_the_accounts() -> None:
    """Waiting for a slot of the account may push two of a sender's together: rarely, and Vonage says so."""
    world, store, chance = World(), Memory(), seeded(3)
    vonage = Vonage(lambda: world.now, per_second=30, per_sender=10)
    left = {"a": 600, "b": 600, "c": 600, "d": 600}

    def works(sender: str) -> Iterator[float]:
        pace = Pace(store, lambda: world.now, chance.random)
        budgets = [Budget(f"sender {sender}", 10), Budget("messages", 30)]
        while left[sender] > 0:
            left[sender] -= 1
            yield from pace.waits(budgets, until=world.now + 8, is_bulk=True)
            yield chance.uniform(*TRAVELS)
            left[sender] += not vonage.admits(sender)
            yield chance.uniform(*ANSWERED)

    for sender in left:
        for _ in range(4):
            world.begin(works(sender))
    began = world.now
    world.run()

    assert len(vonage.accepted) == 2400
    assert vonage.throttled < 24
    assert 2400 / (world.now - began) >= 0.9 * 30
