"""The event queue, FIFO with a group for each call, and the environments that take batches out of it.

Source: AWS, "Configuring scaling behavior for SQS event source mappings" (as many invocations at once as
there are groups, at most the maximum concurrency), "Amazon SQS FIFO queues" (a group with a message in flight
gives no other), "Handling errors for an SQS event source in Lambda" (what failed comes again when its
visibility timeout is over).
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from itertools import count
from typing import NamedTuple, Protocol

from benchmarks.scale.webhooks import Message

BATCH = 10
VISIBLE_AGAIN_AFTER_S, MOST_RECEIVES = 180.0, 8  # of the event queue, in template.yaml


class Outcome(NamedTuple):
    """How long a batch took, and the places in it from which the calls' messages come again."""

    duration_s: float
    failed: frozenset[int] = frozenset()


class Record(Protocol):
    """What takes a batch out of the queue."""

    def __call__(self, batch: Sequence[Message], now: float, *, is_cold: bool) -> Outcome:
        """One invocation, in an environment that was or wasn't there before."""


class Queue:
    """Messages by call, and which calls may be given out; times are seconds."""

    def __init__(self, environments: int, record: Record, started: int = 0) -> None:
        self._record = record
        self._idle = self._most = environments
        self._started = started
        self._pending: dict[int, deque[Message]] = defaultdict(deque)
        self._ready: deque[int] = deque()
        self._held: set[int] = set()  # calls with a message in flight
        self._later: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = count()
        self._receives: dict[Message, int] = defaultdict(int)
        self.waits: list[float] = []
        self.dead: list[Message] = []
        self.batches: list[int] = []

    def run(self, messages: Sequence[Message]) -> None:
        """Take all messages, in the order of their times, and go on until nothing is left."""
        for message in messages:
            self._until(message.at)
            self._pending[message.call].append(message)
            self._offer(message.call)
            self._give_out(message.at)
        self._until(float("inf"))

    def _until(self, now: float) -> None:
        while self._later and self._later[0][0] <= now:
            at, _, happens = heapq.heappop(self._later)
            happens(at)
            self._give_out(at)

    def _at(self, when: float, happens: Callable[[float], None]) -> None:
        heapq.heappush(self._later, (when, next(self._order), happens))

    def _offer(self, call: int) -> None:
        if call not in self._held and self._pending[call]:
            self._held.add(call)  # until it is given out and dealt with
            self._ready.append(call)

    def _give_out(self, now: float) -> None:
        while self._idle and self._ready:
            batch: list[Message] = []
            while self._ready and len(batch) < BATCH:
                waiting = self._pending[self._ready.popleft()]
                while waiting and len(batch) < BATCH:
                    batch.append(waiting.popleft())
            self._begin(batch, now)

    def _begin(self, batch: list[Message], now: float) -> None:
        self._idle -= 1
        is_cold = self._most - self._idle > self._started
        self._started += is_cold
        self.batches.append(len(batch))
        outcome = self._record(batch, now, is_cold=is_cold)
        self._at(now + outcome.duration_s, lambda at: self._end(batch, outcome.failed, now, at))

    def _end(self, batch: list[Message], failed: frozenset[int], began: float, now: float) -> None:
        self._idle += 1
        again: dict[int, list[Message]] = {}
        for place, message in enumerate(batch):
            if place in failed or message.call in again:
                again.setdefault(message.call, []).append(message)
            else:
                self.waits.append(now - message.happened_at)
        for call in {message.call for message in batch}:
            if call in again:
                self._return(call, again[call], max(now, began + VISIBLE_AGAIN_AFTER_S))
            else:
                self._release(call)

    def _return(self, call: int, messages: list[Message], when: float) -> None:
        for message in messages:
            self._receives[message] += 1
        kept = [message for message in messages if self._receives[message] < MOST_RECEIVES]
        self.dead += [message for message in messages if self._receives[message] >= MOST_RECEIVES]
        self._pending[call].extendleft(reversed(kept))
        self._at(when, lambda _at: self._release(call))

    def _release(self, call: int) -> None:
        self._held.discard(call)
        self._offer(call)
        if not self._pending[call]:
            del self._pending[call]
