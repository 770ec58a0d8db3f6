"""How long each function takes: CPU as it was measured, at its share of a processor, and its requests."""

import random
from dataclasses import dataclass, field
from functools import partial

from benchmarks import cost
from benchmarks.results import Results

_BATCHES = (1, 5, 10)


@dataclass
class Durations:
    """Seconds, each drawn from the rounds of a run."""

    results: Results
    chance: random.Random = field(default_factory=lambda: random.Random(4))  # noqa: S311 - the same each time

    def __post_init__(self) -> None:
        part = cost.share(cost.MEMORY_MB)
        warm, cold = self.results.groups["webhooks"].warm, self.results.groups["webhooks"].cold
        self._warm = {name: [us / 1e6 / part for us in row["cpu_us"]] for name, row in warm.items()}
        self._cold = {name: [ms / 1e3 / part for ms in row["cpu_ms"]] for name, row in cold.items()}
        behind = self.results.groups["consumers"]
        record = partial("record, batch of {}".format)
        self._record = {size: behind.median(record(size), "warm", "cpu_us") / 1e6 / part for size in _BATCHES}
        self.record_cold = behind.median(record(1), "cold", "cpu_ms") / 1e3 / part

    def webhook(self, name: str, *, is_cold: bool) -> float:
        """One webhook's; a cold one's begins with its start and its first read of the secret."""
        rounds = (self._cold if is_cold else self._warm)[name]
        waits = 0.0 if name in ("answer", "fallback") else cost.SQS_SEND_MS / 1000
        return rounds[int(self.chance.random() * len(rounds))] + waits

    def record(self, messages: float) -> float:
        """A batch's, between the sizes that were measured in proportion."""
        low, high = (1, 5) if messages <= 5 else (5, 10)
        part = (messages - low) / (high - low)
        return self._record[low] * (1 - part) + self._record[high] * part + 3 * cost.TABLE_OR_BUS_MS / 1000
