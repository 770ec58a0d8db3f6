"""What a party does that can be heard, and who listens to it."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Pressed:
    """One key of the keypad."""

    key: str


@dataclass(frozen=True)
class Said:
    """Words, and how long they took to say."""

    text: str
    duration_s: float


Sound = Pressed | Said


class Ear:
    """What a party pressed and said, for whoever listens; nothing is lost between two looks."""

    def __init__(self) -> None:
        self._sounds: asyncio.Queue[Sound] = asyncio.Queue()
        self._anything = asyncio.Event()

    def take(self, sound: Sound) -> None:
        """The party made a sound."""
        self._sounds.put_nowait(sound)
        self._anything.set()

    async def next(self, timeout_s: float | None) -> Sound | None:
        """The next sound, or None after so many seconds of silence; None waits for ever."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                return await self._sounds.get()
        return None

    def taken(self) -> Iterator[Sound]:
        """The sounds there are now."""
        while not self._sounds.empty():
            yield self._sounds.get_nowait()

    async def anything(self) -> None:
        """Wait for the first sound, without taking it."""
        await self._anything.wait()
