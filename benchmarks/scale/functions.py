"""Lambda's functions: environments that are there, that may be started, and that an account has left."""

import heapq
import math

from benchmarks.scale.bucket import Bucket

_A_REQUEST_S = 0.1  # an environment takes ten requests a second


def warm(at_work: float) -> int:
    """The environments of a function that has for some time had so many at work on average."""
    return math.ceil(at_work + 4 * math.sqrt(at_work))


class Account:
    """The environments of all functions together that are at work."""

    def __init__(self, most: float) -> None:
        self._most = most
        self._until: list[float] = []

    def is_full(self, now: float) -> bool:
        """Whether it has none left."""
        while self._until and self._until[0] <= now:
            heapq.heappop(self._until)
        return len(self._until) >= self._most

    def works(self, until: float) -> None:
        """One is at work."""
        heapq.heappush(self._until, until)


class Function:
    """The environments of one function."""

    def __init__(self, account: Account, scaling: float, per_second: float) -> None:
        self._account = account
        # What it may start, refilled continuously, and never more than ten seconds' worth.
        self._starts = Bucket(scaling, scaling * 10)
        self._until: list[float] = []
        self.environments = warm(per_second * _A_REQUEST_S)

    def begins(self, now: float) -> bool | None:
        """Whether a request has to wait for a cold start; None if it's refused."""
        if self._account.is_full(now):
            return None
        while self._until and self._until[0] <= now:
            heapq.heappop(self._until)
        if len(self._until) < self.environments:
            return False
        if not self._starts.takes(now):
            return None
        self.environments += 1
        return True

    def works(self, now: float, duration_s: float) -> None:
        """One of its environments is at work, or has done its share of this tenth of a second."""
        until = now + max(duration_s, _A_REQUEST_S)
        heapq.heappush(self._until, until)
        self._account.works(until)
