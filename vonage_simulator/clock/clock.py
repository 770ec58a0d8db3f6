"""Simulated time: an event loop whose clock jumps to the next timer instead of waiting for it.

Everything that takes time in a call or a message (speech, ringing, timeouts, retries) is an ordinary
coroutine on this loop, using ordinary `asyncio.sleep` and `asyncio.timeout`. When no coroutine can run, the
loop asks its selector to wait for the next timer; ours moves the clock there instead and returns at once.
So a ten-minute call takes milliseconds, and in the same order each time. The clock stands still while it
has to wait for the outside world: a webhook that is being answered, the server of a WebSocket, or a test that
has not said yet what the caller does next.
"""

import asyncio
import contextlib
import math
import selectors
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta


class Clock:
    """The simulator's time.

    Args:
        live: real time, for a human at the other end; else time jumps.
        start: the simulated moment of the first second; by default the real one.

    Attributes:
        held: time stands still until this is False again: a test is thinking. Set it on the loop.
    """

    def __init__(self, *, live: bool = False, start: datetime | None = None) -> None:
        self._follows_wall = start is None
        self._epoch = start or datetime.now(UTC)
        self._elapsed_s = 0.0
        self._live_since: float | None = time.monotonic() if live else None
        self._alarms: list[tuple[float, asyncio.Future[None]]] = []
        self._waits: list[float] = []  # until which real moment each of them holds time
        self.held = False

    @property
    def live(self) -> bool:
        """Whether time passes as it does for people."""
        return self._live_since is not None

    def seconds(self) -> float:
        """Simulated seconds since the start; the loop's own time."""
        if self._live_since is None:
            return self._elapsed_s
        return self._elapsed_s + time.monotonic() - self._live_since

    def now(self) -> datetime:
        """The simulated moment, aware, in UTC."""
        return self._epoch + timedelta(seconds=self.seconds())

    def timestamp(self) -> str:
        """The simulated moment as webhooks carry it: ISO 8601 with milliseconds and Z."""
        return self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def set_live(self, *, live: bool) -> None:
        """Change between real and jumping time; the present moment stays what it is."""
        self._elapsed_s = self.seconds()
        self._live_since = time.monotonic() if live else None

    def advance(self, seconds: float) -> None:
        """Move time forward without anything happening in between."""
        self._elapsed_s += seconds

    def catch_up(self) -> None:
        """Never lag behind real time: what receives our timestamps compares them with its own clock."""
        behind = (datetime.now(UTC) - self.now()).total_seconds()
        if self._follows_wall and behind > 0:
            self.advance(behind)

    async def passes(self, moment_s: float) -> None:
        """Wait until time has got there, in `seconds()`, on the loop.

        Time never jumps there for this alone, only on its way to something else: what is waited for in the
        meantime is somebody outside.
        """
        alarm = moment_s, asyncio.get_running_loop().create_future()
        self._alarms.append(alarm)
        try:
            await alarm[1]
        finally:
            self._alarms.remove(alarm)

    def ring(self) -> bool:
        """Wake whoever waits for a moment that has passed; tells whether anybody did."""
        due = [waiting for at, waiting in self._alarms if at <= self.seconds() and not waiting.done()]
        for waiting in due:
            waiting.set_result(None)
        return bool(due)

    def next_alarm_s(self) -> float:
        """Seconds until the next such moment."""
        return min(
            (at - self.seconds() for at, waiting in self._alarms if not waiting.done()), default=math.inf
        )

    @contextlib.contextmanager
    def standing_still(self, at_most_s: float = math.inf) -> Iterator[None]:
        """Hold jumping time while the outside world has the word. Enter and leave it on the loop.

        Args:
            at_most_s: real seconds, after which time goes on although the block has not ended.
        """
        until = time.monotonic() + at_most_s
        self._waits.append(until)
        try:
            yield
        finally:
            self._waits.remove(until)

    def standstill_s(self) -> float | None:
        """Real seconds before jumping time goes on; None when something has to happen first."""
        until = math.inf if self.held else max(self._waits, default=0.0)
        return None if until == math.inf else max(0.0, until - time.monotonic())

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """An event loop that runs on this clock."""
        return _SimulatedLoop(self)


class _SimulatedSelector(selectors.DefaultSelector):
    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self._clock.ring():
            timeout = 0
        if self._clock.live:
            sooner = min(math.inf if timeout is None else timeout, self._clock.next_alarm_s())
            return super().select(None if sooner == math.inf else max(0.0, sooner))
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        happened = super().select(0)
        if happened:
            return happened
        if timeout is None:
            return super().select(None)
        standstill_s = self._clock.standstill_s()
        if standstill_s != 0:
            return super().select(standstill_s)
        self._clock.advance(min(timeout, max(0.0, self._clock.next_alarm_s())))
        return []


class _SimulatedLoop(asyncio.SelectorEventLoop):
    def __init__(self, clock: Clock) -> None:
        super().__init__(_SimulatedSelector(clock))
        self._clock = clock
        # asyncio takes for due what is less than this away. After half a year its own, a nanosecond, is lost
        # in the digits of a float: what is due that very moment never would be, and time stands still.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._clock.seconds()
