"""How much time a request has, and how it is shared between doing, undoing and answering."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from provisioner.errors import DeadlineError

# Kept for the answer to CloudFormation, whose own timer takes over 10 s before the end.
ANSWER_RESERVE_S = 12.0

# The part of what is left that is kept for undoing what a failing request has done.
UNDO_SHARE = 0.25


@dataclass
class Deadline:
    """The moment after which nothing new is started.

    Attributes:
        work_until: past it no forward step is begun.
        undo_until: past it no undoing step is begun.
        now: seconds on a clock that never goes back.
        sleep: waits; tests let it return at once.
    """

    work_until: float
    undo_until: float
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    undoing: bool = False

    @classmethod
    def after(
        cls,
        remaining_s: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> "Deadline":
        """The deadline of a function that has `remaining_s` seconds left."""
        usable = max(0.0, remaining_s - ANSWER_RESERVE_S)
        start = now()
        return cls(start + usable * (1 - UNDO_SHARE), start + usable, now, sleep)

    def halve(self) -> None:
        """Keep half of the time that is left for what comes after."""
        now = self.now()
        self.work_until = now + (self.work_until - now) / 2
        self.undo_until = now + (self.undo_until - now) / 2

    def remaining(self) -> float:
        """Seconds left for what is being done."""
        return (self.undo_until if self.undoing else self.work_until) - self.now()

    def check(self) -> None:
        """Raise when the time is up.

        Raises:
            DeadlineError: nothing more may be started.
        """
        if self.remaining() <= 0:
            raise DeadlineError(
                "The time for this request is used up.",
                "Deploy again; what was begun is recorded.",
                "OUT_OF_TIME",
            )

    def pause(self, seconds: float) -> None:
        """Wait, but never past the deadline.

        Raises:
            DeadlineError: the pause would end past it.
        """
        if seconds <= 0:
            return
        if seconds >= self.remaining():
            raise DeadlineError(
                "Vonage asked to wait longer than this request has time.",
                "Deploy again in a minute.",
                "OUT_OF_TIME",
            )
        self.sleep(seconds)
