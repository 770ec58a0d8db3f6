"""A point of a curve: half a minute of calls at a rate that has lasted, until the last event is recorded."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.results import Results
from benchmarks.scale.durations import Durations
from benchmarks.scale.functions import warm
from benchmarks.scale.queue import Queue
from benchmarks.scale.recording import Recording
from benchmarks.scale.settings import Setting
from benchmarks.scale.webhooks import EVENTS, Webhooks, of_calls

SECONDS = 30
# Beyond this many calls a second a part of them is simulated, against the same part of each limit.
MOST_A_SECOND = 250


@dataclass(frozen=True)
class Point:
    """What came of a rate: waits in seconds at 50, 95 and 99 of 100, and parts of the whole."""

    rate: float
    answer_s: tuple[float, float, float]
    recorded_s: tuple[float, float, float]
    fallback: float
    lost: float
    events_lost: float
    dead: float
    batch: float
    refused_by: dict[str, float]

    @property
    def holds(self) -> bool:
        """Whether hardly anybody is refused for good, and events are recorded within seconds."""
        return self.fallback + self.lost + self.events_lost + self.dead < 0.001 and self.recorded_s[2] < 5


def point(results: Results, setting: Setting, rate: float, *, bursts: bool = False, most: float = 0) -> Point:
    """Simulate a rate.

    Args:
        results: gives the time that each function takes.
        setting: what is let through.
        rate: calls a second, on average.
        bursts: whether all calls of ten seconds come in one of them.
        most: calls a second beyond which a part of them is simulated.
    """
    share = min(1.0, (most or MOST_A_SECOND) / rate)
    durations, part = Durations(results), setting.shared(share)
    chance = durations.chance
    calls = list(_arrivals(rate * share, chance, bursts=bursts))
    seen = Webhooks(part, durations, rate * share).serve(of_calls(calls, chance))
    # A part of an environment is a whole one that is as much slower.
    environments = max(1, round(part.record_environments))
    slower = environments / part.record_environments
    recording = Recording(part, durations, slower)
    queue = Queue(environments, recording, warm(EVENTS * rate * share * durations.record(1)))
    queue.run(seen.messages)
    events = EVENTS * len(calls)
    refused = seen.refused_by + recording.refused_by
    return Point(
        rate=rate,
        answer_s=_waits(seen.waits),
        recorded_s=_waits(queue.waits),
        fallback=_part(seen.ends["fallback"], len(calls)),
        lost=_part(seen.ends["lost"], len(calls)),
        events_lost=_part(seen.ends["event lost"], events),
        dead=_part(len(queue.dead), events),
        batch=round(sum(queue.batches) / max(1, len(queue.batches)), 2),
        refused_by={who: _part(times, len(calls)) for who, times in sorted(refused.items())},
    )


def _arrivals(rate: float, chance: random.Random, *, bursts: bool) -> Iterator[float]:
    at = chance.expovariate(rate)
    while at < SECONDS:
        yield at - at % 10 * 0.9 if bursts else at
        at += chance.expovariate(rate)


def _waits(seconds: list[float]) -> tuple[float, float, float]:
    ordered = sorted(seconds) or [0.0]
    p50, p95, p99 = (round(ordered[int(part * (len(ordered) - 1))], 4) for part in (0.5, 0.95, 0.99))
    return p50, p95, p99


def _part(some: int, of_all: int) -> float:
    return round(some / max(1, of_all), 5)
