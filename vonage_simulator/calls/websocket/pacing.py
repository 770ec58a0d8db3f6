"""The pace of a WebSocket: how its server gets a word in while time jumps.

A second of simulated time would be over before the server has read its audio. So jumping time waits for it:
until it has read each tenth of a second, and a little longer after what it may answer: an event, the end of
somebody's words, its own half sentence. A server that answers within `THINKING_S` of real time answers at
once; one that never does costs the call that much real time for each of these. In real time nothing waits.
"""

import asyncio
import contextlib

from websockets.asyncio.client import ClientConnection

from vonage_simulator.clock.clock import Clock

FRAMES_AT_ONCE = 5
# Real seconds, after which time goes on without a server that doesn't read.
READING_S = 1.0
# Real seconds that a server may take to answer.
THINKING_S = 0.2
A_MOMENT_S = 0.001


class Pacing:
    """When time may go on, and how many frames are sent until then."""

    def __init__(self, clock: Clock, connection: ClientConnection) -> None:
        self._clock = clock
        self._connection = connection
        self._word = asyncio.Event()
        self._answer_is_due = False

    @property
    def frames(self) -> int:
        """Frames of audio to send before the server has its turn."""
        return 1 if self._clock.live else FRAMES_AT_ONCE

    def expect_answer(self) -> None:
        """Something is sent that the server may answer."""
        self._answer_is_due = True
        self._word.clear()

    def has_spoken(self) -> None:
        """The server has sent something."""
        self._word.set()

    async def let_server_work(self) -> None:
        """Wait for the server: its library answers the first ping, the second when its program had a turn."""
        if self._clock.live:
            return
        with self._clock.standing_still(READING_S):
            for _ in range(2):
                await (await self._connection.ping())
        if self._answer_is_due:
            await self._next_word()

    async def await_more(self) -> None:
        """Wait for the rest of what the server began to say, if it comes in time."""
        if not self._clock.live:
            self._word.clear()
            await self._next_word()

    async def _next_word(self) -> None:
        self._answer_is_due = False
        with self._clock.standing_still(THINKING_S), contextlib.suppress(TimeoutError):
            async with asyncio.timeout(A_MOMENT_S):
                await self._word.wait()
