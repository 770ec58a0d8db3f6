"""Nothing is accepted after an opt-out was acknowledged: in every order of what sends and what opts out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from switchboard.reach.ledger import LEASE_S, Ledger, StillSendingError

from tests.unit.reach.simulated import Crowd

PERSON, SENDER = "person", "447700900000"


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
        lease = self.ledger().begin(PERSON, {SENDER}, identity)
        yield
        if lease:
            self.happened.append("accepted")
            yield
            self.ledger().end(PERSON, lease)

    def sends_without_looking(self, _identity: str) -> Iterator[None]:
        yield
        self.happened.append("accepted")

    def looks_before_it_sends(self, _identity: str) -> Iterator[None]:
        has_stopped = self.ledger().has_stopped(PERSON, {SENDER})
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
    assert scene.ledger().begin(PERSON, {SENDER}, "killed")
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
    assert (ledger.begin(PERSON, {"b"}, "c-1"), ledger.begin("another", {"b"}, "c-1") != "") == ("", True)

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
