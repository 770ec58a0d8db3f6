"""Requests per second, counted per limit."""

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

from vonage_simulator.switches import Second


class Moment(NamedTuple):
    """When a request came, in seconds: on the wall, and on the simulator's clock."""

    wall: float
    simulated: float

    def is_within_a_second_of(self, earlier: "Moment") -> bool:
        """Whether less than a second has passed on either clock."""
        return self.wall - earlier.wall < 1 and self.simulated - earlier.simulated < 1

    def has_the_second_of(self, earlier: "Moment") -> bool:
        """Whether neither clock shows another second."""
        return all(int(now) == int(then) for now, then in zip(self, earlier, strict=True))


class RateLimit:
    """At most `per_second` requests in a second.

    A second has passed when it passed on the wall *or* on the simulator's clock: a client that really
    sleeps and a test that moves the virtual clock are both served.

    Args:
        per_second: how many requests there may be.
        simulated_seconds: the simulator's clock.
        second: which seconds are meant, by the switch `rate_second`.
    """

    def __init__(
        self,
        per_second: int,
        simulated_seconds: Callable[[], float],
        second: Callable[[], Second] = lambda: "sliding",
    ) -> None:
        self._simulated_seconds = simulated_seconds
        self._second = second
        self._recent: deque[Moment] = deque(maxlen=per_second)

    def admits(self) -> bool:
        """Count one request; False when it is one too many, which does not count."""
        now = Moment(monotonic(), self._simulated_seconds())
        if len(self._recent) == self._recent.maxlen and self._is_same_second(self._recent[0], now):
            return False
        self._recent.append(now)
        return True

    def _is_same_second(self, earlier: Moment, now: Moment) -> bool:
        if self._second() == "sliding":
            return now.is_within_a_second_of(earlier)
        return now.has_the_second_of(earlier)
