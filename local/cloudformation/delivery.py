"""Lambda's side: a handler that gets a request, as often as it is delivered, and little time for it."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.cloudformation.response_url import Outcome

Handler = Callable[[Mapping[str, Any], Any], object]


@dataclass
class Context:
    """Lambda's context: how much time is left."""

    remaining_s: float
    started: float = field(default_factory=time.monotonic)
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the function."""
        return int(1000 * (self.remaining_s - (time.monotonic() - self.started)))


def deliver(outcome: Outcome, handler: Handler, remaining_s: float) -> None:
    """Hand a request to its handler; what that raises is noted, since Lambda would deliver again."""
    try:
        handler(json.loads(json.dumps(outcome.event)), Context(remaining_s))
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, Lambda catches
        outcome.errors.append(error)


def deliver_together(outcomes: Sequence[Outcome], handler: Handler, remaining_s: float) -> None:
    """Hand them over at the same moment."""
    start = threading.Barrier(len(outcomes))

    def deliver_one(outcome: Outcome) -> None:
        start.wait()
        deliver(outcome, handler, remaining_s)

    threads = [threading.Thread(target=deliver_one, args=(outcome,), daemon=True) for outcome in outcomes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
