"""Ten thousand are reached at Vonage's pace, by day where each of them is, and nobody who has said stop."""

import random
from collections import Counter, deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from switchboard.reach import zones
from switchboard.reach.hours import hours
from switchboard.reach.ledger import Ledger
from switchboard.reach.slots import Budget, Pace, TooFarError
from switchboard.reach.windows import Window, next_opening

from operate import paths
from tests.unit.reach.simulated import Crowd, Memory, Vonage, World, seeded

SENDER = "447700900000"
BUDGET = Budget("messages", 30)
# Three minutes before closing in London, after it in Berlin and long before it in New York; in the night,
# clocks are put back in Europe.
BEGIN = datetime(2026, 10, 24, 18, 57, tzinfo=UTC).timestamp()
COUNTRIES = {"4477": "Europe/London", "4915": "Europe/Berlin", "1212": "America/New_York"}
# As the outbound function: how long it waits for a slot, and when it is tried again.
LONGEST_WAIT_S, AGAIN_S = 8, 1
WORKERS = 10


@cache
def windows(country: str, text: str) -> list[Window]:
    return [Window(hours(text), zone) for zone in zones.of_number(country)]


@dataclass
class Campaign:
    """By workers that are killed, while 200 opt out.

    Of these, half do so at the most awkward moment, while a message to them is under way. Vonage refuses
    5 % by chance, and 5 % of its replies are lost. Each of `waits`, `looks` and `hours` is a promise's part.
    """

    number: int = 10_000
    world: World = field(default_factory=lambda: World(now=BEGIN))
    store: Memory = field(default_factory=Memory)
    crowd: Crowd = field(default_factory=Crowd)
    chance: random.Random = field(default_factory=lambda: seeded(5))
    accepted: dict[str, float] = field(default_factory=dict)
    acknowledged: dict[str, float] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    working: int = 0
    waits: bool = True
    looks: bool = True
    hours: str = "09:00-20:00"

    def run(self) -> "Campaign":
        codes = [*COUNTRIES]
        people = [f"{codes[each % 3]}{each:08}" for each in range(self.number)]
        self.vonage = Vonage(lambda: self.world.now, 30, refuses_by_chance=0.05)
        self.left = deque((0.0, person) for person in people)
        self.stoppers = set(self.chance.sample(people, 100))
        for _ in range(WORKERS):
            self.begin_to_work()
        for person in self.chance.sample(people, 100):
            self.world.begin(self.stop(person), self.chance.uniform(0, self.number / 27))
        self.world.run()
        return self

    def begin_to_work(self) -> None:
        self.working += 1
        self.world.begin(self.works())

    def works(self) -> Iterator[float]:
        pace = Pace(self.store, lambda: self.world.now, self.chance.random)
        while self.left:
            due, person = self.left.popleft()
            if due > self.world.now:
                self.left.append((due, person))
                yield 0.05
                continue
            opening = next_opening(windows(person[:4], self.hours), self.world.now) or 0
            if opening > self.world.now:
                self.world.begin(self.comes_back(person), opening - self.world.now)
                continue
            try:
                until = self.world.now + LONGEST_WAIT_S
                yield from pace.waits([BUDGET], until=until, is_bulk=True)
            except TooFarError:
                self.left.append((self.world.now + AGAIN_S, person))
                continue
            yield from self.send(pace, person)
        self.working -= 1

    def comes_back(self, person: str) -> Iterator[float]:
        """A schedule's time has come: the message is in its queue, and somebody takes it."""
        self.left.append((0.0, person))
        if self.working < WORKERS:
            self.begin_to_work()
        yield from ()

    def send(self, pace: Pace, person: str) -> Iterator[float]:
        ledger = Ledger(self.crowd, lambda: self.world.now)
        lease = ledger.begin(person, {SENDER}, f"c-{person}") if self.looks else "lease"
        if not lease:
            self.outcomes[person] = "opted out"
            return
        if person in self.stoppers:
            self.world.begin(self.stop(person))
        yield self.chance.uniform(0.01, 0.05)
        if not self.vonage.admits():
            pace.refused(BUDGET, 1)
            ledger.end(person, lease)
            self.left.append((self.world.now + AGAIN_S, person))
            return
        assert person not in self.accepted
        self.accepted[person] = self.world.now
        yield 0.2
        self.outcomes[person] = "accepted"
        if self.chance.random() < 0.054:  # its reply was lost, or the worker killed: nobody can tell
            self.outcomes[person] = "uncertain"
        else:
            ledger.end(person, lease)

    def stop(self, person: str) -> Iterator[float]:
        ledger = Ledger(self.crowd, lambda: self.world.now)
        yield from self.done(ledger, person) if self.waits else self.noted(person)
        self.acknowledged.setdefault(person, self.world.now)

    def noted(self, person: str) -> Iterator[float]:
        self.crowd.stop(person, "*", "stop")
        yield 0.001

    def done(self, ledger: Ledger, person: str) -> Generator[float]:
        yield from ledger.stop(person, "", "stop", until=self.world.now + 600)

    def after_the_acknowledgement(self) -> int:
        never = float("inf")
        return sum(at > self.acknowledged.get(person, never) for person, at in self.accepted.items())

    def outside_the_window(self) -> int:
        """How many were reached when the clock on their wall was not between nine and eight."""
        return sum(not 9 <= self.local(person).hour < 20 for person in self.accepted)

    def local(self, person: str) -> datetime:
        return datetime.fromtimestamp(self.accepted[person], ZoneInfo(COUNTRIES[person[:4]]))


def test_of_ten_thousand_nobody_is_reached_outside_the_window_or_after_their_stop_was_acknowledged() -> None:
    campaign = Campaign().run()

    assert campaign.after_the_acknowledgement() == 0
    assert campaign.outside_the_window() == 0
    assert len(campaign.acknowledged) >= 190
    counts = Counter(campaign.outcomes.values())
    assert counts.total() == 10_000
    published = (paths.ROOT / "docs" / "performance.md").read_text()
    assert f"{counts['accepted']:,} + {counts['uncertain']} + {counts['opted out']} = 10,000" in published
    assert counts["accepted"] + counts["uncertain"] == len(campaign.accepted)
    assert (counts["opted out"] > 30, counts["uncertain"] > 400) == (True, True)
    assert campaign.vonage.throttled == 0
    assert campaign.vonage.most_in_a_second() <= 30
    reached = {f"{person[:4]} {campaign.local(person):%a %H}" for person in campaign.accepted}
    assert reached - {"1212 Sat 15"} == {"4477 Sat 19", "4477 Sun 09", "4915 Sun 09", "1212 Sat 14"}


@pytest.mark.parametrize(("part", "least"), [("waits", 50), ("looks", 30)])
def test_without_a_part_of_consent_some_are_reached_after_their_stop(part: str, least: int) -> None:
    campaign = Campaign(**{part: False}).run()  # type: ignore[arg-type]

    assert campaign.after_the_acknowledgement() >= least


@pytest.mark.parametrize(
    ("without", "least"), [("00:00-24:00", 3000), ("09:00-20:01", 1)], ids=["no window", "no margin"]
)
def test_without_a_part_of_the_window_some_are_reached_outside(without: str, least: int) -> None:
    """A window that closes a minute later closes when it is closing time, and not before."""
    campaign = Campaign(hours=without).run()

    assert campaign.outside_the_window() >= least
