"""Load: signed webhooks into a pool of environments, each with one event at a time, as Lambda has it."""

import statistics
import threading
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.environment import Environment, EnvironmentFailedError
from benchmarks.subjects import Subject

_WARM_UP = 100


class Load(NamedTuple):
    """What a pool of environments did with a number of events.

    `per_second` counts events per second and environment. `cpu_us` is the environments' own CPU time per
    event; against the floor's under the same load it tells whether load makes an event dearer, which times
    cannot tell where environments share a processor.
    """

    name: str
    environments: int
    events: int
    errors: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


def run(python: Path, subject: Subject, environments: int, events: int) -> Load:
    """Drive `events` events, each signed on its own, through so many environments at once."""
    workers = [_Worker(python, subject, events // environments) for _ in range(environments)]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - started
    took = sorted(one for worker in workers for one in worker.seconds)
    for worker in workers:
        worker.environment.stop()
    return Load(
        name=subject.name,
        environments=environments,
        events=len(took),
        errors=sum(worker.errors for worker in workers),
        per_second=len(took) / seconds / environments,
        p50_ms=statistics.median(took) * 1000,
        p99_ms=took[int(len(took) * 0.99)] * 1000,
        cpu_us=sum(worker.cpu_ms for worker in workers) * 1000 / len(took),
    )


class _Worker(threading.Thread):
    """One environment and the front end that feeds it. Its events are made before the clock starts."""

    def __init__(self, python: Path, subject: Subject, events: int) -> None:
        super().__init__()
        self._events = [subject.event() for _ in range(events)]
        self.environment = Environment(python, subject.function)
        for _ in range(_WARM_UP):
            self.environment.invoke(self._events[0])
        self.environment.settle()
        self._before_ms = self.environment.cpu_ms()
        self.cpu_ms = 0.0
        self.errors = 0
        self.seconds: list[float] = []

    def run(self) -> None:
        for event in self._events:
            try:
                seconds, response = self.environment.invoke(event)
            except EnvironmentFailedError:
                self.errors += 1
                return
            self.seconds.append(seconds)
            self.errors += b'"statusCode": 20' not in response
        self.environment.settle()
        self.cpu_ms = self.environment.cpu_ms() - self._before_ms
