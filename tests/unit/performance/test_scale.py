"""The simulation of a growing number of calls: its parts do as AWS and Vonage document, its figures hold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from switchboard.timeline.events import SHARDS

from benchmarks import limits
from benchmarks.results import Results
from benchmarks.scale import curves, settings
from benchmarks.scale.bucket import Bucket
from benchmarks.scale.durations import Durations
from benchmarks.scale.functions import Account, Function
from benchmarks.scale.queue import Outcome, Queue
from benchmarks.scale.run import point
from benchmarks.scale.settings import Setting
from benchmarks.scale.webhooks import Message, Request, Webhooks

RESULTS = Results.read()


def messages(*calls: int, at: float = 0.0) -> list[Message]:
    """An event after another of these calls."""
    return [Message(at + 0.001 * place, call, place, at) for place, call in enumerate(calls)]


class Recorder:
    """Takes a second for a batch, and fails what it is told to."""

    def __init__(self, failing: dict[tuple[int, int], int] | None = None) -> None:
        self.failing = failing or {}
        self.batches: list[tuple[float, list[Message]]] = []

    def __call__(self, batch: Sequence[Message], now: float, *, is_cold: bool) -> Outcome:
        del is_cold
        self.batches.append((now, list(batch)))
        failed = set()
        for place, message in enumerate(batch):
            if self.failing.get((message.call, message.step), 0):
                self.failing[message.call, message.step] -= 1
                failed.add(place)
        return Outcome(1.0, frozenset(failed))


def test_a_call_s_events_are_never_at_two_functions_at_once_and_stay_in_order() -> None:
    recorder = Recorder()

    Queue(50, recorder).run(messages(*[1, 2, 3] * 20))

    seen: dict[int, list[int]] = {}
    until: dict[int, float] = {}
    for at, batch in recorder.batches:
        for call in {message.call for message in batch}:
            assert until.get(call, 0.0) <= at
            until[call] = at + 1.0
        for message in batch:
            seen.setdefault(message.call, []).append(message.step)
    assert all(steps == sorted(steps) for steps in seen.values())
    assert sum(map(len, seen.values())) == 60


def test_no_more_batches_are_taken_at_once_than_there_are_environments_and_none_of_more_than_ten() -> None:
    recorder = Recorder()

    Queue(3, recorder).run(messages(*range(100)))

    assert max(Counter(int(at) for at, _ in recorder.batches).values()) == 3
    assert max(len(batch) for _, batch in recorder.batches) == 10


def test_what_failed_comes_again_after_three_minutes_with_what_is_behind_it_and_other_calls_go_on() -> None:
    recorder = Recorder({(1, 0): 1})

    queue = Queue(1, recorder)
    queue.run([*messages(1, 1, 2), *messages(1, at=20)])

    assert [[message.call for message in batch] for _, batch in recorder.batches] == [[1], [2], [1, 1, 1]]
    assert recorder.batches[-1][0] == 180
    assert len(queue.waits) == 4


def test_what_fails_eight_times_is_dead_lettered_and_its_call_goes_on() -> None:
    recorder = Recorder({(1, 0): 8})

    queue = Queue(1, recorder)
    queue.run(messages(1, 1))

    assert [message.step for message in queue.dead] == [0]
    assert len(queue.waits) == 1
    assert recorder.batches[-1][0] == pytest.approx(8 * 180, abs=8)


def test_a_bucket_lets_through_what_may_be_taken_at_once_and_then_its_rate() -> None:
    bucket = Bucket(10, at_once=5)

    assert sum(bucket.takes(0.0) for _ in range(20)) == 5
    assert sum(bucket.takes(1 + place / 100) for place in range(100)) == pytest.approx(5 + 9, abs=1)


def test_a_function_gets_a_thousand_environments_more_in_ten_seconds_and_an_account_has_its_number() -> None:
    account = Account(1500)
    function = Function(account, scaling=100, per_second=0)

    def served(now: float) -> int:
        begun = 0
        for _ in range(3000):
            if function.begins(now) is not None:
                function.works(now, 1.0)
                begun += 1
        return begun

    assert [served(0.0), served(10.0), served(20.0)] == [1000, 1500, 1500]


def test_a_call_is_answered_again_then_by_the_fallback_then_lost() -> None:
    closed = replace(settings.DEPLOYED, gateway=0, gateway_at_once=0, fallback=0, fallback_at_once=1)
    calls = [Request(0.0, call, "answer", 0, 0.0) for call in range(3)]

    seen = Webhooks(closed, Durations(RESULTS), 1).serve(calls)

    # A bucket has a request in it at least, for each door.
    assert seen.ends == {"answered": 1, "fallback": 1, "lost": 1}
    assert seen.refused_by == {"gateway": 2 * 2 + 2}
    assert max(seen.waits) > 1


def test_a_part_of_the_traffic_against_a_part_of_the_limits_is_as_the_whole() -> None:
    whole, part = (point(RESULTS, settings.DEPLOYED, 200, most=most) for most in (200, 100))

    assert part.fallback + part.lost == pytest.approx(whole.fallback + whole.lost, abs=0.03)
    assert part.events_lost == pytest.approx(whole.events_lost, abs=0.03)
    assert part.recorded_s[0] == pytest.approx(whole.recorded_s[0], rel=0.3)


@pytest.mark.parametrize(
    ("setting", "rate", "bursts"),
    [(settings.DEPLOYED, 50, False), (settings.DEPLOYED, 100, True), (settings.SMALLEST, 200, False)],
)
def test_the_published_figures_are_those_of_the_simulation(
    setting: Setting, rate: float, *, bursts: bool
) -> None:
    kept = curves.read()[setting.name]
    published = {each.rate: each for each in (kept.bursts if bursts else kept.steady)}[rate]

    again = point(RESULTS, setting, rate, bursts=bursts)

    assert again.answer_s == pytest.approx(published.answer_s, rel=0.02), "run `make scale`"
    assert again.recorded_s == pytest.approx(published.recorded_s, rel=0.02), "as above"
    assert again.batch == pytest.approx(published.batch, rel=0.02)
    assert again.fallback == pytest.approx(published.fallback, abs=0.002)


def by_hand(setting: Setting) -> float:
    """The calls a second at which the first limit is reached, if all batches are full."""
    batch_s = Durations(RESULTS).record(10)
    return min(
        setting.gateway / 5,
        (setting.environments - setting.record_environments) * 10 / 5,
        setting.record_environments * 10 / batch_s / 4,
        setting.publishes * 10 / 4,
        setting.sends / 4,
        setting.table_writes / 4,
        setting.key_writes * SHARDS,
    )


@pytest.mark.parametrize("setting", [each for each in settings.ALL if each != settings.TOO_MANY])
def test_a_rate_holds_up_to_the_limit_that_is_reckoned_by_hand(setting: Setting) -> None:
    steady = curves.read()[setting.name].steady
    held = curves.holds_up_to(steady)
    beyond = next(each.rate for each in steady if each.rate > held)

    assert held <= by_hand(setting)
    # Shortly below a limit the queue grows too long in the half minute that is simulated.
    assert 0.8 * by_hand(setting) <= beyond


def test_the_page_of_costs_and_the_simulation_say_the_same_of_the_stack_as_it_is_deployed() -> None:
    assert limits.of_calls(RESULTS)[0].per_second == pytest.approx(by_hand(settings.DEPLOYED), rel=0.01)


def test_environments_to_spare_make_batches_smaller_and_the_bus_busier() -> None:
    kept = curves.read()
    few, many = kept[settings.SMALLEST.name].steady, kept[settings.TOO_MANY.name].steady

    assert curves.holds_up_to(many) < curves.holds_up_to(few)
    at = [each.rate for each in few].index(500)
    assert many[at].batch < few[at].batch
    assert many[at].refused_by["EventBridge"] > few[at].refused_by.get("EventBridge", 0)
