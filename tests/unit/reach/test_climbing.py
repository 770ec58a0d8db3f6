"""Hundreds climb a ladder while workers and looks are cut off: each promise holds by a part of its own."""

import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from switchboard.campaigns.visits import gap, look_at
from switchboard.reach import zones
from switchboard.reach.hours import hours
from switchboard.reach.ladder import REACHED, Rung, Try, places, said, verdict
from switchboard.reach.ledger import Ledger
from switchboard.reach.windows import Window, next_opening

from operate import paths
from tests.unit.reach.simulated import Crowd, World, seeded

SENDERS = ("447700900001", "447700900000", "447700900002")
LADDER = (
    Rung(is_call=False, detects=False, wait_s=1800, again={}, attempts=1),
    Rung(is_call=False, detects=False, wait_s=7200, again={}, attempts=1),
    Rung(is_call=True, detects=True, wait_s=10800, again={"busy": 600, "machine": 86400}, attempts=3),
)
PLACES = places(LADDER)
A_PART, WORKERS = 50, 5
# Two hours before closing, on a Saturday in October: the clocks are put back in the night.
BEGIN = datetime(2026, 10, 24, 17, tzinfo=UTC).timestamp()
WINDOW = [Window(hours("09:00-20:00"), zone) for zone in zones.of_number("447700900100")]
# What becomes of a message and of a call, how often.
BECOMES = {
    False: (["delivered"], ["submitted"], ["submitted"], ["undeliverable"]),
    True: (["busy"], ["busy"], ["answered", "machine", "completed"], ["answered", "human"], ["unanswered"]),
}

Place = tuple[int, int]
Command = tuple[str, Place]


@dataclass
class Sent:
    """A request that Vonage took: when, and what was known when it was queued."""

    person: str
    place: Place
    at: float
    was_reached: bool


@dataclass
class Climb:
    """Of all requests 5 % are throttled, of all replies and all statuses 5 % are lost.

    A worker is killed in one of fifty sends, and a look in one of ten, after it has queued what is due.
    Each of `claims`, `looks`, `heeds_all`, `knows` and `windows` is a promise's part.
    """

    number: int = 400
    world: World = field(default_factory=lambda: World(now=BEGIN))
    crowd: Crowd = field(default_factory=Crowd)
    chance: random.Random = field(default_factory=lambda: seeded(3))
    queue: deque[tuple[float, Command, bool]] = field(default_factory=deque)
    commands: dict[Command, Try] = field(default_factory=dict)
    heard: dict[Command, list[tuple[str, float]]] = field(default_factory=dict)
    looked_at: dict[int, float] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    acknowledged: dict[str, float] = field(default_factory=dict)
    steps: int = 0
    claims: bool = True
    looks: bool = True
    heeds_all: bool = True
    knows: bool = True
    windows: bool = True

    def run(self, days: int = 10) -> "Climb":
        self.people = [f"4477{number:08}" for number in range(self.number)]
        self.gap_s = gap(LADDER, self.number, self.number / 30)
        self.world.begin(self.campaign())
        for worker in range(WORKERS):
            self.world.begin(self.works(), worker / 10)
        for person in self.chance.sample(self.people, self.number // 5):
            self.world.begin(self.stop(person), self.chance.uniform(0, 10_000))
        self.world.run(BEGIN + days * 86400)
        return self

    # The campaign

    def campaign(self) -> Iterator[float]:
        for part in range(self.number // A_PART):
            self.queue.extend((0, (person, (0, 0)), False) for person in self.of(part))
            self.looked_at[part] = self.later(self.world.now + A_PART / 30)
            self.steps += 1
            yield A_PART / 30
        while self.looked_at:
            yield max(1, min(self.looked_at.values()) - self.world.now)
            self.steps += 1
            for part in [part for part, at in self.looked_at.items() if at <= self.world.now]:
                if len(self.queue) >= 2 * A_PART:
                    break
                self.look(part)

    def of(self, part: int) -> list[str]:
        return self.people[part * A_PART : (part + 1) * A_PART]

    def later(self, moment: float) -> float:
        return -(-moment // self.gap_s) * self.gap_s

    def look(self, part: int) -> None:
        now, looks = self.world.now, []
        for person in self.of(part):
            found = verdict(LADDER, self.tries(person), now)
            if found.word == "next":
                looks.append(now + self.gap_s)
                opens_at = next_opening(WINDOW, now) or 0
                if not self.windows or opens_at == now:
                    self.queue.append((0, (person, found.place), self.is_reached(person)))
                else:
                    looks[-1] = opens_at
            elif found.word == "wait":
                looks.append(look_at(found, now, self.gap_s))
        if self.chance.random() < 0.1:
            return  # cut off before it was noted
        del self.looked_at[part]
        if looks:
            self.looked_at[part] = self.later(min(looks))

    def tries(self, person: str) -> dict[Place, Try]:
        found = {}
        for place in PLACES:
            if kept := self.commands.get((person, place)):
                if not self.knows and kept.progress == "uncertain":
                    continue  # as if it hadn't begun
                statuses = self.heard.get((person, place), []) if self.looks else []
                found[place] = kept._replace(statuses=[*statuses])
        return found

    def is_reached(self, person: str) -> bool:
        return any(
            said(LADDER[place[0]], self.heard.get((person, place), ()))[0] == REACHED for place in PLACES
        )

    # Those who carry commands out

    def works(self) -> Iterator[float]:
        while self.looked_at or self.world.now < BEGIN + 60:
            if not self.queue:
                yield 20
                continue
            due, command, was_reached = self.queue.popleft()
            if due > self.world.now:
                self.queue.append((due, command, was_reached))
                yield 1
                continue
            yield from self.carry_out(command, was_reached=was_reached)

    def carry_out(self, command: Command, *, was_reached: bool) -> Iterator[float]:
        (person, place), now = command, self.world.now
        kept = self.commands.get(command)
        is_free = kept is None or kept.progress == "waiting" or not self.claims
        if kept and not is_free and (self.knows or kept.progress != "uncertain"):
            if kept.progress == "open" and now - kept.at > 60:
                self.commands[command] = Try("uncertain", now)  # it was cut off
            return
        opening = (next_opening(WINDOW, now) or 0) if self.windows else now
        if opening > now:
            self.commands[command] = Try("waiting", now)
            self.queue.append((opening, command, was_reached))
            return
        self.commands[command] = Try("open", now)
        ledger = Ledger(self.crowd, lambda: self.world.now)
        senders = SENDERS if self.heeds_all else SENDERS[place[0] : place[0] + 1]
        lease = ledger.begin(person, senders, f"{person} {place} {now}")
        if not lease:
            self.commands[command] = Try("opted_out", now)
            return
        if self.chance.random() < 0.05:  # too many requests
            ledger.end(person, lease)
            self.commands[command] = Try("waiting", now)
            self.queue.append((now + 5, command, was_reached))
            return
        self.sent.append(Sent(person, place, now, was_reached))
        self.world.begin(self.tells(command), self.chance.uniform(1, 300))
        yield 0.2
        if self.chance.random() < 0.02:  # killed: the queue gives it again
            self.queue.append((self.world.now + 180, command, was_reached))
            return
        ledger.end(person, lease)
        outcome = "uncertain" if self.chance.random() < 0.05 else "accepted"
        self.commands[command] = Try(outcome, self.world.now)

    def tells(self, command: Command) -> Iterator[float]:
        """Vonage says what becomes of it; of a call whose reply was lost nobody knows that it's that one."""
        for word in self.chance.choice(BECOMES[LADDER[command[1][0]].is_call]):
            kept = self.commands[command]
            is_unknown = LADDER[command[1][0]].is_call and kept.progress != "accepted"
            if not is_unknown and self.chance.random() > 0.05:
                self.heard.setdefault(command, []).append((word, self.world.now))
            yield 10

    def stop(self, person: str) -> Iterator[float]:
        """Of one of the senders, by a word that answers it."""
        ledger = Ledger(self.crowd, lambda: self.world.now)
        sender = self.chance.choice(SENDERS)
        yield from ledger.stop(person, sender, "stop", until=self.world.now + 600)
        self.acknowledged[person] = self.world.now

    # What was promised

    def doubled(self) -> int:
        return len(self.sent) - len({(each.person, each.place) for each in self.sent})

    def after_reached(self) -> int:
        return sum(each.was_reached for each in self.sent)

    def after_stop(self) -> int:
        never = float("inf")
        return sum(each.at > self.acknowledged.get(each.person, never) for each in self.sent)

    def outside(self) -> int:
        return sum(next_opening(WINDOW, each.at) != each.at for each in self.sent)

    def backwards(self) -> int:
        last: dict[str, Place] = {}
        count = 0
        for each in self.sent:
            count += each.place < last.get(each.person, (0, 0))
            last[each.person] = each.place
        return count

    def ends(self) -> Counter[str]:
        return Counter(
            verdict(LADDER, self.tries(person), self.world.now + 1e6).word for person in self.people
        )


def test_of_hundreds_nobody_gets_a_try_twice_or_climbs_on_who_was_reached_or_has_said_stop() -> None:
    climb = Climb(1000).run()

    assert (climb.doubled(), climb.after_reached(), climb.after_stop()) == (0, 0, 0)
    assert (climb.outside(), climb.backwards()) == (0, 0)
    assert (climb.looked_at, climb.ends().total()) == ({}, 1000)
    assert {*climb.ends()} == {"reached", "ended"}
    assert {each.place for each in climb.sent} == {*PLACES}
    assert len(climb.acknowledged) == 200
    assert climb.steps < 2700
    published = (paths.ROOT / "docs" / "performance.md").read_text()
    assert f"{len(climb.sent):,} tries, none twice" in published
    assert f"in {climb.steps} steps of the state machine" in published


@pytest.mark.parametrize(
    ("part", "broken", "least"),
    [
        ("claims", Climb.doubled, 20),
        ("knows", Climb.doubled, 20),
        ("looks", Climb.after_reached, 100),
        ("heeds_all", Climb.after_stop, 20),
        ("windows", Climb.outside, 100),
    ],
)
def test_without_its_part_a_promise_is_broken(part: str, broken: Callable[[Climb], int], least: int) -> None:
    """Without the claims, what a lost reply means, statuses, the other senders or the window."""
    climb = Climb(**{part: False}).run(days=1)  # type: ignore[arg-type]

    assert broken(climb) >= least
