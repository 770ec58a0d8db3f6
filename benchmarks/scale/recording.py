"""What `record` asks of the bus and of the table, and what they let through."""

import random
from collections import Counter
from collections.abc import Sequence

from switchboard.timeline.events import SHARDS

from benchmarks.scale.bucket import Bucket
from benchmarks.scale.durations import Durations
from benchmarks.scale.queue import Outcome
from benchmarks.scale.settings import Setting
from benchmarks.scale.webhooks import Message

_ATTEMPTS = 3  # of boto3's standard mode, with up to 1 s and 2 s between them


class Recording:
    """A batch is looked for, put on the bus with one request and written."""

    def __init__(self, setting: Setting, durations: Durations, slower: float) -> None:
        self._durations, self._slower = durations, slower
        self._chance = durations.chance
        self._bus = Bucket(setting.publishes)
        self._table = Bucket(setting.table_writes)
        self._keys = [Bucket(setting.key_writes) for _ in range(SHARDS)]
        self.refused_by: Counter[str] = Counter()

    def __call__(self, batch: Sequence[Message], now: float, *, is_cold: bool) -> Outcome:
        """One invocation."""
        took = self._durations.record(len(batch)) * self._slower
        if is_cold:
            took += self._durations.record_cold
        for attempt in range(_ATTEMPTS):
            if self._bus.takes(now):
                break
            self.refused_by["EventBridge"] += 1
            took += self._chance.random() * 2**attempt if attempt + 1 < _ATTEMPTS else 0.0
        else:
            return Outcome(took, frozenset(range(len(batch))))
        failed = (place for place, message in enumerate(batch) if not self._is_written(message, now))
        return Outcome(took, frozenset(failed))

    def _is_written(self, message: Message, now: float) -> bool:
        # What a call begins with is in the index as well, and an index that is throttled throttles the table.
        if message.step == 0 and not self._keys[_key(message.call)].takes(now):
            self.refused_by["index"] += 1
            return False
        if not self._table.takes(now):
            self.refused_by["table"] += 1
            return False
        return True


def _key(call: int) -> int:
    """A call's key in the index: by chance, as a hash is, and the same each time."""
    return random.Random(call).randrange(SHARDS)  # noqa: S311 - not a secret
