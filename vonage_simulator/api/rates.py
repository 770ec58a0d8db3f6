"""Requests per second, counted per limit."""

import time
from collections import deque
from collections.abc import Callable


class RateLimit:
    """At most `per_second` requests in any second.

    A second has passed when it passed on the wall *or* on the simulator's clock: a client that really
    sleeps and a test that moves the virtual clock are both served.
    """

    def __init__(self, per_second: int, simulated_seconds: Callable[[], float]) -> None:
        self._simulated_seconds = simulated_seconds
        self._recent: deque[float] = deque(maxlen=per_second)

    def admits(self) -> bool:
        """Count one request; False when it is one too many, which does not count."""
        now = time.monotonic() + self._simulated_seconds()
        if len(self._recent) == self._recent.maxlen and now - self._recent[0] < 1.0:
            return False
        self._recent.append(now)
        return True
