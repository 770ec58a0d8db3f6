"""Conversations: legs that hear each other, and what is played to them."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vonage_simulator.calls.legs import Leg


@dataclass(eq=False)
class Conversation:
    """Legs that hear each other, once it has started."""

    uuid: str
    name: str | None = None
    started: bool = True
    legs: list["Leg"] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, leg: "Leg") -> None:
        """Join a leg."""
        self.legs = [*self.legs, leg]
        self.tell_change()

    def remove(self, leg: "Leg") -> None:
        """Take a leg out."""
        self.legs = [other for other in self.legs if other is not leg]
        if self.name is not None and not self.legs:
            self.started = False
        self.tell_change()

    def play(self, text: str, seconds: float, *, but: "Leg | None" = None) -> None:
        """Let the legs hear something that lasts so long, except the one it comes from."""
        for leg in self.legs if self.started else []:
            if leg is not but and leg.hears(but):
                leg.hear(text, seconds)

    def hush(self) -> None:
        """What is played is interrupted."""
        for leg in self.legs:
            leg.hush()

    def start(self) -> None:
        """The moderator is here: the conversation is no longer on hold."""
        self.started = True
        self.tell_change()

    async def change(self) -> None:
        """Wait until a leg comes or goes."""
        await self._changed.wait()

    def tell_change(self) -> None:
        """Let everybody who waits for a change look again."""
        self._changed.set()
        self._changed = asyncio.Event()
