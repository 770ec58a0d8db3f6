"""A value that AWS has, kept between invocations; what was read before stays in use while AWS is down."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from switchboard import telemetry
from switchboard.environment import tells_all
from switchboard.errors import SwitchboardError

# As long as the account's own credentials are believed: what was changed is live within 5 minutes.
_KEEP_S = 300
# How soon AWS is asked again when it failed, while a caller would wait for it.
_FAILURE_INTERVAL_S = 30

T = TypeVar("T")


class Kept(Generic[T]):
    """One value, read when it is first asked for, and again when it is 5 minutes old.

    At a laptop it is read each time: there, what is saved is live at once.

    Args:
        read: asks AWS.
        what: names the value in the log, where it is `<what>NotRenewed`.
        clock: Unix time in seconds; a frozen environment's monotonic clock may stand still.
    """

    def __init__(self, read: Callable[[], T], what: str, clock: Callable[[], float] = time.time) -> None:
        self._read = read
        self._what = what
        self._clock = clock
        self._held: list[T] = []
        self._until = float("-inf")

    def value(self) -> T:
        """The value; the one from before where it can't be read now.

        Raises:
            SwitchboardError: it was never read, and can't be read now.
        """
        now = self._clock()
        if not self._held or now >= self._until or tells_all():
            self._renew(now)
        return self._held[0]

    def _renew(self, now: float) -> None:
        try:
            self._held, self._until = [self._read()], now + _KEEP_S
        except SwitchboardError as failure:
            if not self._held or tells_all():
                raise
            self._until = now + _FAILURE_INTERVAL_S
            telemetry.outcome(f"{self._what}NotRenewed", "yours", "WARNING", reason=str(failure))
