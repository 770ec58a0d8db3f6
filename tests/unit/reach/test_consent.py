"""Nothing is accepted after an opt-out was acknowledged: in every order of what sends and what opts out."""

import random
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

import pytest
from switchboard.reach.ledger import LEASE_S, Ledger, StillSendingError
from switchboard.reach.slots import Budget, Pace

from tests.unit.reach.simulated import Crowd, Memory, Vonage, World, seeded

PERSON, SENDER = "person", "447700900000"
BUDGET = Budget("messages", 30)


@dataclass
class Scene:
    """A person, and whoever writes to them or hears of their opt-out; what happens is written down."""

    crowd: Crowd = field(default_factory=Crowd)
    now: float = 1000.0
    happened: list[str] = field(default_factory=list)

    def ledger(self) -> Ledger:
        return Ledger(self.crowd, lambda: self.now)

    def sends(self, identity: str) -> Iterator[None]:
        """Each step is one that others may come before: a write, the request, a write."""
        lease = self.ledger().begin(PERSON, SENDER, identity)
        yield
        if lease:
            self.happened.append("accepted")
            yield
            self.ledger().end(PERSON, lease)

    def sends_without_looking(self, _identity: str) -> Iterator[None]:
        yield
        self.happened.append("accepted")

    def looks_before_it_sends(self, _identity: str) -> Iterator[None]:
        has_stopped = self.ledger().has_stopped(PERSON, SENDER)
        yield
        if not has_stopped:
            self.happened.append("accepted")

    def stops(self) -> Iterator[None]:
        waits = self.ledger().stop(PERSON, "", "stop-1", until=self.now + 1000)
        for _ in waits:
            yield
        yield
        self.happened.append("acknowledged")

    def stops_without_waiting(self) -> Iterator[None]:
        self.crowd.stop(PERSON, "*", "stop-1")
        yield
        self.happened.append("acknowledged")

    def is_broken(self) -> bool:
        heard = self.happened.index("acknowledged") if "acknowledged" in self.happened else len(self.happened)
        return "accepted" in self.happened[heard:]


Actors = Callable[[Scene], list[Iterator[None]]]
LONGEST = 14


def orders(actors: Actors) -> Iterator[Scene]:
    """The scene after every order in which the actors can take their steps; one who waits may look often."""
    undecided: list[list[int]] = [[]]
    while undecided:
        order = undecided.pop()
        scene = Scene()
        playing = dict(enumerate(actors(scene)))
        for each in order:
            if next(playing[each], "over") == "over":
                del playing[each]
        if not playing:
            yield scene
        elif len(order) < LONGEST:
            undecided.extend([*order, each] for each in playing)


def test_in_no_order_is_anything_accepted_after_the_acknowledgement() -> None:
    found = list(orders(lambda scene: [scene.sends("c-1"), scene.sends("c-2"), scene.stops()]))

    assert len(found) > 1000
    assert {tuple(scene.happened) for scene in found} == {
        ("acknowledged",), ("accepted", "acknowledged"), ("accepted", "accepted", "acknowledged"),
    }  # fmt: skip
    assert not any(scene.is_broken() for scene in found)


@pytest.mark.parametrize(
    "mutant",
    [
        lambda scene: [scene.sends("c-1"), scene.stops_without_waiting()],
        lambda scene: [scene.sends_without_looking("c-1"), scene.stops()],
        lambda scene: [scene.looks_before_it_sends("c-1"), scene.stops()],
    ],
    ids=["no wait", "no ledger", "a look in place of a claim"],
)
def test_each_part_of_the_promise_is_needed(mutant: Actors) -> None:
    assert any(scene.is_broken() for scene in orders(mutant))


def stopped(scene: Scene, until: float) -> bool:
    waits = scene.ledger().stop(PERSON, "", "stop-1", until=until)
    try:
        while True:
            scene.now += next(waits)
    except StopIteration as ended:
        return bool(ended.value)


def test_a_send_that_never_ends_is_waited_for_as_long_as_its_lease() -> None:
    scene = Scene()
    assert scene.ledger().begin(PERSON, SENDER, "killed")
    began = scene.now

    with pytest.raises(StillSendingError):
        stopped(scene, until=began + 8)
    assert stopped(scene, until=began + 2 * LEASE_S)

    assert LEASE_S <= scene.now - began <= LEASE_S + 1
    assert scene.crowd.of(PERSON).sending == set()


def test_an_opt_out_is_of_a_sender_or_of_all() -> None:
    ledger = Scene().ledger()

    assert next(ledger.stop(PERSON, "a", "1", until=0), None) is None
    assert (ledger.has_stopped(PERSON, "a"), ledger.has_stopped(PERSON, "b")) == (True, False)
    assert next(ledger.stop(PERSON, "", "2", until=0), None) is None
    assert ledger.has_stopped(PERSON, "b")
    assert (ledger.begin(PERSON, "b", "c-1"), ledger.begin("another", "b", "c-1") != "") == ("", True)

    assert ledger.start(PERSON, "", "3")
    assert not ledger.has_stopped(PERSON, "a")


def test_who_says_it_again_has_not_opted_out_anew_but_who_is_asked_again_has() -> None:
    scene = Scene()

    def stop(cause: str) -> bool:
        waits = scene.ledger().stop(PERSON, "", cause, until=scene.now)
        with pytest.raises(StopIteration) as ended:
            next(waits)
        return bool(ended.value.value)

    assert [stop("m-1"), stop("m-1"), stop("m-2")] == [True, True, False]
    assert [scene.ledger().start(PERSON, "", cause) for cause in ("m-3", "m-3", "m-4")] == [True, True, False]


@dataclass
class Campaign:
    """Ten thousand are written to at Vonage's pace, by workers that are killed, and 200 of them opt out.

    Of these, half do so at the most awkward moment, while a message to them is under way. Vonage refuses
    5 % by chance, and 5 % of its replies are lost.
    """

    number: int = 10_000
    world: World = field(default_factory=World)
    store: Memory = field(default_factory=Memory)
    crowd: Crowd = field(default_factory=Crowd)
    chance: random.Random = field(default_factory=lambda: seeded(5))
    accepted: dict[str, float] = field(default_factory=dict)
    acknowledged: dict[str, float] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    waits: bool = True
    looks: bool = True

    def run(self) -> "Campaign":
        people = [f"p-{each}" for each in range(self.number)]
        self.vonage = Vonage(lambda: self.world.now, 30, refuses_by_chance=0.05)
        self.left = deque((0.0, person) for person in people)
        self.stoppers = set(self.chance.sample(people, 100))
        for _ in range(10):
            self.world.begin(self.works())
        for person in self.chance.sample(people, 100):
            self.world.begin(self.stop(person), self.chance.uniform(0, self.number / 27))
        self.world.run()
        return self

    def works(self) -> Iterator[float]:
        pace = Pace(self.store, lambda: self.world.now, self.chance.random)
        while self.left:
            due, person = self.left.popleft()
            if due > self.world.now:
                self.left.append((due, person))
                yield 0.05
                continue
            yield from pace.waits([BUDGET], until=self.world.now + 600, is_bulk=True)
            yield from self.send(pace, person)

    def send(self, pace: Pace, person: str) -> Iterator[float]:
        ledger = Ledger(self.crowd, lambda: self.world.now)
        lease = ledger.begin(person, SENDER, f"c-{person}") if self.looks else "lease"
        if not lease:
            self.outcomes[person] = "opted out"
            return
        if person in self.stoppers:
            self.world.begin(self.stop(person))
        yield self.chance.uniform(0.01, 0.05)
        if not self.vonage.admits():
            pace.refused(BUDGET, 1)
            ledger.end(person, lease)
            self.left.append((self.world.now + 1, person))
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


def test_of_ten_thousand_nobody_is_written_to_after_their_stop_was_acknowledged() -> None:
    campaign = Campaign().run()

    assert campaign.after_the_acknowledgement() == 0
    assert len(campaign.acknowledged) >= 190
    counts = Counter(campaign.outcomes.values())
    assert counts.total() == 10_000
    assert counts["accepted"] + counts["uncertain"] == len(campaign.accepted)
    assert (counts["opted out"] > 30, counts["uncertain"] > 400) == (True, True)
    assert campaign.vonage.throttled == 0
    assert campaign.vonage.most_in_a_second() <= 30


@pytest.mark.parametrize(("part", "least"), [("waits", 50), ("looks", 30)])
def test_without_a_part_of_it_some_are(part: str, least: int) -> None:
    campaign = Campaign(**{part: False}).run()  # type: ignore[arg-type]

    assert campaign.after_the_acknowledgement() >= least
