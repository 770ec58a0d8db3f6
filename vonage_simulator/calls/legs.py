"""Legs: one party's connection each, joined with others in a conversation.

What a party does (press, say, hang up) reaches whoever listens to its leg; it hears what is played into its
conversation.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

from vonage_simulator.calls.conversations import Conversation
from vonage_simulator.clock.clock import Clock
from vonage_simulator.types import Json

Result = TypeVar("Result")

Direction = Literal["inbound", "outbound"]
EndpointType = Literal["phone", "sip", "app", "websocket", "vbc"]
# Which member of an endpoint says who it reaches.
ADDRESSES = {"phone": "number", "sip": "uri", "app": "user", "websocket": "uri", "vbc": "extension"}
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


class LegOverError(Exception):
    """The leg ended while something was waited for."""


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


@dataclass(eq=False)
class Leg:
    """One party's connection.

    Attributes:
        call: the `conversation_uuid` the call began with: its name in the journal.
        from_: number or id of the calling side, as webhooks show it.
        answer_fields: what only this kind of caller adds to the answer request.
        parent: the leg whose `connect` made this one.
        can_speak: the legs that may hear this one; None means all, an empty list nobody. Likewise `can_hear`.
        replies_awaited: replies to events of other legs that may tell this one what to do next.
        key_hook: where each key pressed is reported at once, since an asynchronous `input`.
        playing: what the Voice API plays to this leg, by kind.
        follows_ncco: an NCCO runs on this leg, so being alone does not end it.
        may_report_its_end: `disconnected` is sent when the server of its WebSocket closes that.
    """

    uuid: str
    call: str
    application_id: str | None
    conversation: Conversation
    direction: Direction
    from_: str
    to: str
    clock: Clock
    endpoint_type: EndpointType = "phone"
    parent: "Leg | None" = None
    headers: Json = field(default_factory=dict)
    answer_fields: Json = field(default_factory=dict)
    muted: bool = False
    earmuffed: bool = False
    can_speak: list[str] | None = None
    can_hear: list[str] | None = None
    key_hook: Json | None = None
    replies_awaited: int = 0
    follows_ncco: bool = False
    may_report_its_end: bool = True
    status: str = "started"
    playing: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    started_at: str = field(init=False)
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    disconnected_by: Ender | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    listened_to: asyncio.Event = field(default_factory=asyncio.Event)
    _ears: list[Ear] = field(default_factory=list)
    _invitations: int = 0
    _heard: list[str] = field(default_factory=list)
    _heard_more: asyncio.Event = field(default_factory=asyncio.Event)
    _sound_since_s: float = 0.0
    _sound_until_s: float = 0.0

    def __post_init__(self) -> None:
        """Remember when it began."""
        self.started_at = self.clock.timestamp()

    @property
    def party(self) -> str:
        """The number at the far end of this leg."""
        return self.from_ if self.direction == "inbound" else self.to

    @contextlib.contextmanager
    def listening(self, *, inviting: bool = True) -> Iterator[Ear]:
        """Hear what the party presses and says until the block ends; `inviting` it to, or just there."""
        ear = Ear()
        self._ears.append(ear)
        self._invitations += inviting
        if inviting:
            self.listened_to.set()
        try:
            yield ear
        finally:
            self._ears.remove(ear)
            self._invitations -= inviting
            if not self._invitations:
                self.listened_to.clear()

    def make(self, sound: Sound) -> bool:
        """The party presses a key or says something; False when no action listens."""
        for ear in self._ears:
            ear.take(sound)
        if isinstance(sound, Said) and not self.muted:
            self.conversation.play(sound.text, sound.duration_s, but=self)
        return bool(self._ears)

    def hear(self, text: str, seconds: float) -> None:
        """The party hears something that begins now and lasts so long."""
        self._heard.append(text)
        now_s = self.clock.seconds()
        if self._sound_until_s < now_s:
            self._sound_since_s = now_s
        self._sound_until_s = max(self._sound_until_s, now_s + seconds)
        self._heard_more.set()

    def hush(self) -> None:
        """What the party hears is interrupted."""
        self._sound_until_s = self.clock.seconds()

    def is_hearing(self, at_s: float) -> bool:
        """Whether it heard anything at a simulated second: now, or a moment ago."""
        return self._sound_since_s <= at_s < self._sound_until_s

    def hears(self, speaker: "Leg | None") -> bool:
        """Whether it hears another leg, or, for None, what the platform plays."""
        if self.earmuffed or speaker is None:
            return not self.earmuffed
        may_speak = speaker.can_speak is None or self.uuid in speaker.can_speak
        return may_speak and (self.can_hear is None or speaker.uuid in self.can_hear)

    def move_to(self, conversation: Conversation) -> None:
        """Leave the present conversation for another one."""
        self.conversation.remove(self)
        self.conversation = conversation
        conversation.add(self)

    async def left_alone(self) -> None:
        """Wait until there is nobody to talk to and nothing left to do."""
        while (
            self.follows_ncco
            or self.replies_awaited
            or self.conversation.name is not None
            or len(self.conversation.legs) > 1
        ):
            await self.conversation.change()

    async def unless_over(self, doing: Coroutine[Any, Any, Result]) -> Result:
        """Do something, but not longer than the leg lasts.

        Raises:
            LegOverError: the leg ended first.
        """
        task, over = asyncio.ensure_future(doing), asyncio.ensure_future(self.over.wait())
        try:
            await asyncio.wait({task, over}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise LegOverError
            return task.result()
        finally:
            task.cancel()
            over.cancel()
            await asyncio.gather(task, over, return_exceptions=True)

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
            if self.reports_its_end and self.parent:
                self.parent.replies_awaited += 1
            self.ended_at = self.clock.now()
            self.conversation.remove(self)
            self.over.set()

    @property
    def reports_its_end(self) -> bool:
        """Whether it was a WebSocket that its own side closed: the reply to that event may be an NCCO."""
        closed_its_socket = self.endpoint_type == "websocket" and self.disconnected_by == "user"
        return closed_its_socket and self.may_report_its_end

    @property
    def duration_s(self) -> int:
        """Whole seconds it was connected."""
        if self.answered_at is None:
            return 0
        return int(((self.ended_at or self.clock.now()) - self.answered_at).total_seconds())
