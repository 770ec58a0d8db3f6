"""Legs and conversations: who is on the line, who hears what.

A leg is one party's connection, a conversation is what legs are joined in. What a party does (press, say,
hang up) reaches whoever listens to its leg; what is played into a conversation is heard by its legs.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from local.vonage.account import Json
from local.vonage.clock import Clock

Direction = Literal["inbound", "outbound"]
EndpointType = Literal["phone", "sip", "app", "websocket", "vbc"]
Ender = Literal["user", "platform"]


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

    async def next(self, timeout_s: float) -> Sound | None:
        """The next sound, or None after so many seconds of silence."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                return await self._sounds.get()
        return None

    async def anything(self) -> None:
        """Wait for the first sound, without taking it."""
        await self._anything.wait()


@dataclass(eq=False)
class Conversation:
    """Legs that hear each other."""

    uuid: str
    name: str | None = None
    legs: list["Leg"] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, leg: "Leg") -> None:
        """Join a leg."""
        self.legs = [*self.legs, leg]
        self._tell()

    def remove(self, leg: "Leg") -> None:
        """Take a leg out."""
        self.legs = [other for other in self.legs if other is not leg]
        self._tell()

    def play(self, text: str, *, but: "Leg | None" = None) -> None:
        """Let the legs hear something, except the one it comes from."""
        for leg in self.legs:
            if leg is not but:
                leg.hear(text)

    async def emptied(self, of: "Leg") -> None:
        """Wait until a leg is alone, or gone itself."""
        while any(leg is not of for leg in self.legs) and of in self.legs:
            await self._changed.wait()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


@dataclass(eq=False)
class Leg:
    """One party's connection.

    Attributes:
        call: the `conversation_uuid` the call began with: its name in the journal.
        from_: number or id of the calling side, as webhooks show it.
        parent: the leg whose `connect` made this one.
    """

    uuid: str
    call: str
    conversation: Conversation
    direction: Direction
    from_: str
    to: str
    clock: Clock
    endpoint_type: EndpointType = "phone"
    parent: "Leg | None" = None
    headers: Json = field(default_factory=dict)
    status: str = "started"
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    disconnected_by: Ender | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    listened_to: asyncio.Event = field(default_factory=asyncio.Event)
    _ears: list[Ear] = field(default_factory=list)
    _heard: list[str] = field(default_factory=list)
    _heard_more: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def party(self) -> str:
        """The number at the far end of this leg."""
        return self.from_ if self.direction == "inbound" else self.to

    @contextlib.contextmanager
    def listening(self) -> Iterator[Ear]:
        """Hear what the party presses and says until the block ends."""
        ear = Ear()
        self._ears.append(ear)
        self.listened_to.set()
        try:
            yield ear
        finally:
            self._ears.remove(ear)
            if not self._ears:
                self.listened_to.clear()

    def make(self, sound: Sound) -> bool:
        """The party presses a key or says something; False when no action listens."""
        for ear in self._ears:
            ear.take(sound)
        if isinstance(sound, Said):
            self.conversation.play(sound.text, but=self)
        return bool(self._ears)

    def hear(self, text: str) -> None:
        """The party hears something."""
        self._heard.append(text)
        self._heard_more.set()

    async def next_heard(self) -> str:
        """What the party heard next; each thing is given once."""
        while not self._heard:
            self._heard_more.clear()
            await self._heard_more.wait()
        return self._heard.pop(0)

    def answer(self) -> None:
        """The leg is connected from now on."""
        self.status = "answered"
        self.answered_at = self.clock.now()

    def hang_up(self, by: Ender) -> None:
        """End the leg; ending it twice changes nothing."""
        if not self.over.is_set():
            self.disconnected_by = by
            self.ended_at = self.clock.now()
            self.conversation.remove(self)
            self.over.set()

    @property
    def duration_s(self) -> int:
        """Whole seconds it was connected."""
        if self.answered_at is None:
            return 0
        return int(((self.ended_at or self.clock.now()) - self.answered_at).total_seconds())
