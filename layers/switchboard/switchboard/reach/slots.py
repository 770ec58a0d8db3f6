"""Time slots: a rate per second that many workers hold together, and none of them leads.

Of each budget one moment is kept, that of the next free slot. Who wants to ask moves it on by one step, and
waits for the slot that it was. So no second has more requests than another, whoever they come from; a counter
per second lets all of them go at once, and has most of them refused.

Replies may book far ahead, bulk only what is about to come: a reply never finds more than a few slots taken.
A slot that was overslept is not used. After many refusals everybody goes slower, and a little faster each
minute. It is all in terms of a clock and a store that are given, so that hours can be tried in a second.
"""

import random
from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple, Protocol

# What is left free of a rate: a sliding second takes in what a jitter of this share pushes together.
MARGIN = 0.05
# How late a slot may be used: later it would be too near to the next one.
_LATEST_S = 0.05
# A sender's slot that waited longer than this for one of the account's moves the sender's others on.
_ON_TIME_S = 0.005
# How far ahead who may book: a reply as long as it can wait, bulk two steps and never longer than this.
_BULK_AHEAD_S, _BULK_AHEAD_STEPS = 0.1, 2
# Refusals count in windows of so many seconds. Single ones are Vonage's; more than a tenth of the requests,
# and more than chance would have it, mean that the rate is too high.
_WINDOW_S, _REFUSED_SHARE, _REFUSED_BY_CHANCE = 10, 0.1, 5
_SLOWER, _FASTER_PER_S = 0.95, 0.01 / 60
_MUCH_SLOWER = 0.9
# Whoever is refused waits as long as Vonage says; everybody, no longer than it takes to find out again.
_LONGEST_HOLD_S = 60
# Slower than that is no rate, but an outage.
_LEAST_SHARE = 0.05


class Budget(NamedTuple):
    """What may be asked for in a second: by the account, or from one sender."""

    name: str
    per_second: float


class Booking(NamedTuple):
    """What became of an attempt to book a slot.

    Attributes:
        at: when the slot is, as a Unix time; None when all within reach are taken.
        free_at: the slot after it, or the first one that is free.
        share: to which part of its rate the budget was slowed down, 1 if it never was.
        slowed_at: when that was.
    """

    at: float | None
    free_at: float
    share: float
    slowed_at: float


class Slots(Protocol):
    """Where budgets are kept. Each operation is atomic, whoever else works on the same budget."""

    def book(self, budget: str, step_s: float, now: float, latest: float) -> Booking:
        """Take the next free slot, unless it is after `latest`; the one a step later is the next."""

    def shift(self, budget: str, seconds: float) -> None:
        """Make the next free slot later."""

    def hold(self, budget: str, until: float) -> None:
        """Let no slot be free before."""

    def refused(self, budget: str, now: float, since: float) -> int:
        """Count one refusal with those of a window that began after `since`, or else begin one."""

    def slow(self, budget: str, share: float, now: float, since: float) -> bool:
        """Slow a budget down to a share of its rate, unless somebody did so after `since`."""


class TooFarError(Exception):
    """The next slot is later than can be waited for."""


class Pace:
    """Waits for slots, and hears of refusals.

    Args:
        store: where budgets are kept, for everybody.
        clock: gives the Unix time.
        chance: gives numbers from 0 to 1, so that those who wait don't all come at the same moment.
    """

    def __init__(
        self, store: Slots, clock: Callable[[], float], chance: Callable[[], float] = random.random
    ) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance
        self._known: dict[str, Booking] = {}

    def waits(self, budgets: Sequence[Budget], *, until: float, is_bulk: bool) -> Generator[float]:
        """The seconds to sleep, one after another, until a slot of each budget has come.

        Args:
            budgets: of the sender before that of the account, as the account's slots are the scarce ones.
            until: the Unix time at which a slot has to have come.
            is_bulk: it is in no hurry, and leaves the slots to others.

        Raises:
            TooFarError: it comes later than that.
        """
        taken: list[tuple[Budget, float]] = []
        for budget in budgets:
            ahead_s = self._ahead_s(budget, until) if is_bulk and not taken else until - self._clock()
            taken.append((budget, (yield from self._slot(budget, ahead_s, until))))
        for budget, at in taken[:-1]:
            if (late_s := self._clock() - at) > _ON_TIME_S:
                self._store.shift(budget.name, late_s)

    def is_slowed(self, budgets: Sequence[Budget]) -> bool:
        """Whether refusals have slowed one of them down by more than a little."""
        now = self._clock()
        return any(self._share(budget, now) < _MUCH_SLOWER for budget in budgets)

    def refused(self, budget: Budget, retry_after_s: float) -> None:
        """Vonage refused a request because there were too many: slow everybody down if that is our doing."""
        now = self._clock()
        count = self._store.refused(budget.name, now, now - _WINDOW_S)
        if count <= max(_REFUSED_BY_CHANCE, _REFUSED_SHARE * budget.per_second * _WINDOW_S):
            return
        share = max(self._share(budget, now) * _SLOWER, _LEAST_SHARE)
        if self._store.slow(budget.name, share, now, now - _WINDOW_S):
            self._store.hold(budget.name, now + min(retry_after_s, _LONGEST_HOLD_S))

    def _slot(self, budget: Budget, ahead_s: float, until: float) -> Generator[float, None, float]:
        while True:
            now = self._clock()
            if now > until:
                raise TooFarError
            latest = min(now + ahead_s, until)
            booking = self._store.book(budget.name, self._step_s(budget, now), now, latest)
            self._known[budget.name] = booking
            if booking.at is None:
                comes_within_reach = booking.free_at - ahead_s * self._chance()
                if comes_within_reach > until:
                    raise TooFarError
                yield max(comes_within_reach - now, 0.001)
                continue
            if booking.at > now:
                yield booking.at - now
            if self._clock() - booking.at <= _LATEST_S:
                return booking.at

    def _ahead_s(self, budget: Budget, until: float) -> float:
        now = self._clock()
        return min(_BULK_AHEAD_STEPS * self._step_s(budget, now), _BULK_AHEAD_S, until - now)

    def _step_s(self, budget: Budget, now: float) -> float:
        return 1 / (budget.per_second * (1 - MARGIN) * self._share(budget, now))

    def _share(self, budget: Budget, now: float) -> float:
        known = self._known.get(budget.name)
        return min(1.0, known.share + (now - known.slowed_at) * _FASTER_PER_S) if known else 1.0
