"""Cold starts and warm invocations in interleaved rounds: a busy machine is busy for every row alike."""

import json
import random
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol, TypeVar

from benchmarks.environment import Environment, EnvironmentFailedError
from benchmarks.subjects import Subject

_MOST_WARM_UP = 200  # until CPython's specialising interpreter and every cache have settled

_TURNS = 10  # of each environment in a round
_ORDER = random.Random(0)  # noqa: S311 - the same order in each run

# One sample per round and quantity.
Samples = dict[str, list[float]]


class Named(Protocol):
    """A row of a table."""

    @property
    def name(self) -> str:
        """What it is called there."""


Row = TypeVar("Row", bound=Named)


def cold(python: Path, subject: Subject, share: float = 1) -> dict[str, float]:
    """One cold start: from the start of the process until its first response is there.

    Args:
        python: The interpreter of the runtime.
        subject: The function.
        share: What it has of a processor once it has started.

    Returns:
        CPU time of the process in ms, wall time in ms of its start (Lambda's INIT) and of the first
        invocation, and peak resident memory in MB.
    """
    event = subject.event()
    with Environment(python, subject.function) as environment:
        environment.settle()
        init_ms = (time.perf_counter() - environment.started) * 1000
        with environment.limited(share):
            seconds, response = environment.invoke(event)
        usage = environment.stop()
    _check(subject, response)
    first_ms = seconds * 1000
    return {
        "cpu_ms": usage.cpu_ms,
        "wall_ms": init_ms + first_ms,
        "init_ms": init_ms,
        "first_ms": first_ms,
        "rss_mb": usage.peak_rss_mb,
    }


def warm(python: Path, subjects: Sequence[Subject], rounds: int, invocations: int) -> dict[str, Samples]:
    """Many invocations of one environment of each subject, one at a time, in rounds.

    In a round all environments live side by side and take short turns, in an order that changes: what slows
    the machine down for a second slows every row down. Rows that are compared closely share an environment,
    since two processes of one function may differ by some percent for as long as they live; and they share
    its turns, event by event, since two turns may, too.

    Returns:
        p50 and p99 of the time from event to response in µs, CPU time per invocation in µs, and peak
        resident memory in MB.
    """
    samples: dict[str, Samples] = {subject.name: {} for subject in subjects}
    for _ in range(rounds):
        with ExitStack() as living:
            environments: dict[str, list[Warm]] = {}
            for subject in subjects:
                rows = environments.setdefault(subject.shares or subject.name, [])
                shared = rows[0].environment if rows else Environment(python, subject.function)
                rows.append(Warm(shared if rows else living.enter_context(shared), subject))
            every = [row for rows in environments.values() for row in rows]
            for row in every:
                row.warm_up(min(_MOST_WARM_UP, invocations))
            for _ in range(_TURNS):
                for rows in _ORDER.sample([*environments.values()], len(environments)):
                    _take_turn(rows, max(1, invocations // _TURNS))
            for row in every:
                for quantity, value in row.measured().items():
                    samples[row.subject.name].setdefault(quantity, []).append(value)
    return samples


def _take_turn(rows: Sequence["Warm"], invocations: int) -> None:
    """Invoke each of the rows of one environment so many times."""
    for _ in range(invocations):
        for row in _ORDER.sample(rows, len(rows)):
            row.invoke()
    for row in rows:
        row.check()


class Warm:
    """A row in a warm environment, and what its turns came to."""

    def __init__(self, environment: Environment, subject: Subject) -> None:
        self.subject = subject
        self.environment = environment
        self._event = subject.event()
        self._seconds: list[float] = []
        self._cpu_ms = 0.0
        self._last = b""

    def warm_up(self, invocations: int) -> None:
        """Invoke it so many times, uncounted."""
        for _ in range(invocations):
            self.environment.invoke(self._event)
        self.environment.settle()

    def invoke(self) -> None:
        """Invoke it once."""
        before_ms = self.environment.cpu_ms()
        seconds, response = self.environment.invoke(self._event)
        self.environment.settle()
        self._seconds.append(seconds)
        self._cpu_ms += self.environment.cpu_ms() - before_ms
        self._last = response

    def check(self) -> None:
        """Refuse a wrong answer, which isn't worth timing."""
        _check(self.subject, self._last)

    def measured(self) -> dict[str, float]:
        """Its quantities."""
        seconds = sorted(self._seconds)
        return {
            "p50_us": seconds[len(seconds) // 2] * 1e6,
            "p99_us": seconds[int(len(seconds) * 0.99)] * 1e6,
            "cpu_us": self._cpu_ms * 1000 / len(seconds),
            "rss_mb": self.environment.peak_rss_mb(),
        }


def rehearsed(
    rows: Sequence[Row], rounds: int, measurement: Callable[[Row], dict[str, float]]
) -> dict[str, Samples]:
    """Measure in rounds; the first measurement of each row fills the page cache and is not counted."""
    for row in rows:
        measurement(row)
    return in_rounds(rows, rounds, measurement)


def in_rounds(
    rows: Sequence[Row], rounds: int, measurement: Callable[[Row], dict[str, float]]
) -> dict[str, Samples]:
    """Measure each row once per round, in an order that changes from round to round."""
    samples: dict[str, Samples] = {row.name: {} for row in rows}
    for _ in range(rounds):
        for row in _ORDER.sample(rows, len(rows)):
            for quantity, value in measurement(row).items():
                samples[row.name].setdefault(quantity, []).append(value)
    return samples


def _check(subject: Subject, response: bytes) -> None:
    """A wrong answer is not worth timing."""
    answer = json.loads(response)
    if answer.get("statusCode") not in (200, 204) and answer != {"batchItemFailures": []}:
        raise EnvironmentFailedError(f"{subject.name} answered {response[:300].decode()}")
