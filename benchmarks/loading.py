"""What a function makes Python load, and what each part of that costs."""

import json
import re
import statistics
from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from benchmarks import sites
from benchmarks.environment import Environment
from benchmarks.subjects import Subject

_IMPORT = re.compile(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", re.MULTILINE)


def modules(python: Path, subject: Subject) -> list[str]:
    """The modules that a cold start and one invocation load, beyond the runtime client's own."""
    function = replace(
        subject.function,
        handler="loaded_modules.lambda_handler",
        path=[*subject.function.path, sites.HERE / "candidates"],
        variables={**subject.function.variables, "BENCHMARK_HANDLER": subject.function.handler},
    )
    with Environment(python, function) as environment:
        _, response = environment.invoke(subject.event())
    loaded: list[str] = json.loads(response)["modules"]
    return [name for name in loaded if name != "loaded_modules"]


def import_ms(python: Path, subject: Subject, loaded: Collection[str], runs: int) -> dict[str, float]:
    """Milliseconds that each top-level package of `loaded` takes to import, without what it imports in turn.

    The time is that of `python -X importtime`, which costs some itself: shares count, not sums.
    """
    log = sites.FOLDER / "importtime.log"
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(runs):
        with Environment(python, subject.function, flags=["-X", "importtime"], log=log) as environment:
            environment.invoke(subject.event())
        packages: dict[str, float] = defaultdict(float)
        for microseconds, name in _IMPORT.findall(log.read_text()):
            if name in loaded:
                packages[name.partition(".")[0]] += int(microseconds) / 1000
        for package, milliseconds in packages.items():
            taken[package].append(milliseconds)
    medians = {package: statistics.median(values) for package, values in taken.items()}
    return dict(sorted(medians.items(), key=lambda item: -item[1]))
