"""Load: signed webhooks into a pool of environments, each with one event at a time, as Lambda has it."""

import statistics
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environment import Environment, EnvironmentFailedError
from benchmarks.subjects import Subject

POOLS = (1, 2, 4, 8)
_WARM_UP = 100


@dataclass(frozen=True)
class Pool:
    """So many environments of a function at once."""

    subject: Subject
    environments: int

    @property
    def name(self) -> str:
        """The row's name."""
        return row(self.subject.name, self.environments)


def row(subject: str, environments: int) -> str:
    """The name of a pool's row."""
    return f"{subject}, {environments} at once"


def drive(python: Path, pool: Pool, events: int) -> dict[str, float]:
    """Put so many events, each signed on its own, through a pool.

    Returns:
        Events per second and environment, p50 and p99 of the time from event to response in ms, the
        environments' own CPU time per event in µs, and how many events there were and how many failed. The
        CPU time, against the floor's under the same load, tells whether load makes an event dearer, which
        times cannot tell where environments share a processor.
    """
    workers = [_Worker(python, pool.subject, events // pool.environments) for _ in range(pool.environments)]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - started
    took = sorted(one for worker in workers for one in worker.seconds)
    for worker in workers:
        worker.environment.stop()
    return {
        "per_second": len(took) / seconds / pool.environments,
        "p50_ms": statistics.median(took) * 1000,
        "p99_ms": took[int(len(took) * 0.99)] * 1000,
        "cpu_us": sum(worker.cpu_ms for worker in workers) * 1000 / len(took),
        "events": len(took),
        "errors": sum(worker.errors for worker in workers),
    }


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
