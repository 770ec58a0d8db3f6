"""Cold starts and warm invocations in interleaved rounds: a busy machine is busy for every row alike."""

import json
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from benchmarks.environment import Environment, EnvironmentFailedError
from benchmarks.subjects import Subject

_MOST_WARM_UP = 200  # until CPython's specialising interpreter and every cache have settled

# One sample per round and quantity.
Samples = dict[str, list[float]]


class Named(Protocol):
    """A row of a table."""

    @property
    def name(self) -> str:
        """What it is called there."""


Row = TypeVar("Row", bound=Named)


def cold(python: Path, subject: Subject) -> dict[str, float]:
    """One cold start: from the start of the process until its first response is there.

    Returns:
        CPU time of the process in ms, wall time in ms of its start (Lambda's INIT) and of the first
        invocation, and peak resident memory in MB.
    """
    event = subject.event()
    with Environment(python, subject.function) as environment:
        environment.settle()
        init_ms = (time.perf_counter() - environment.started) * 1000
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


def warm(python: Path, subject: Subject, invocations: int) -> dict[str, float]:
    """Many invocations of one environment, one at a time.

    Returns:
        p50 and p99 of the time from event to response in µs, CPU time per invocation in µs, and peak
        resident memory in MB.
    """
    event = subject.event()
    with Environment(python, subject.function) as environment:
        for _ in range(min(_MOST_WARM_UP, invocations)):
            environment.invoke(event)
        environment.settle()
        before_ms = environment.cpu_ms()
        seconds = sorted(environment.invoke(event)[0] for _ in range(invocations))
        _, response = environment.invoke(event)
        environment.settle()
        cpu_ms = environment.cpu_ms() - before_ms
        usage = environment.stop()
    _check(subject, response)
    return {
        "p50_us": seconds[invocations // 2] * 1e6,
        "p99_us": seconds[int(invocations * 0.99)] * 1e6,
        "cpu_us": cpu_ms * 1000 / invocations,
        "rss_mb": usage.peak_rss_mb,
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
    order = random.Random(0)  # noqa: S311 - the same order in each run
    for _ in range(rounds):
        for row in order.sample(rows, len(rows)):
            for quantity, value in measurement(row).items():
                samples[row.name].setdefault(quantity, []).append(value)
    return samples


def _check(subject: Subject, response: bytes) -> None:
    """A wrong answer is not worth timing."""
    answer = json.loads(response)
    if answer.get("statusCode") not in (200, 204) and answer != {"batchItemFailures": []}:
        raise EnvironmentFailedError(f"{subject.name} answered {response[:300].decode()}")
