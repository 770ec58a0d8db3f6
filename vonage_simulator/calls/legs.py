"""Legs, one party's connection each, and the conversations that join them.

What a party does (press, say, hang up) reaches whoever listens to its leg; it hears what is played into its
conversation.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

from vonage_simulator.calls.sounds import Ear, Said, Sound
from vonage_simulator.clock.clock import Clock
from vonage_simulator.clock.waiting import first_of
from vonage_simulator.types import Json

Result = TypeVar("Result")

Direction = Literal["inbound", "outbound"]
EndpointType = Literal["phone", "sip", "app", "websocket", "vbc"]
Ender = Literal["user", "platform"]


class LegOverError(Exception):
    """The leg ended while something was waited for."""


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
        recorders: what ends the recordings that are still going on, and tells of them.
        follows_ncco: an NCCO runs on this leg, so being alone does not end it.
        may_report_its_end: `disconnected` is sent when the server of its WebSocket closes that.
    """

    uuid: str
    call: str
    application_id: str | None
    conversation: "Conversation"
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
    recorders: list[Callable[[], None]] = field(default_factory=list)
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
        return (self.from_ if self.direction == "inbound" else self.to) or "a withheld number"

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

    def move_to(self, conversation: "Conversation") -> None:
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
        done, _ = await first_of(doing, self.over.wait())
        if done is None:
            raise LegOverError
        result: Result = done.result()
        return result

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

    def finish_recordings(self) -> None:
        """End the recordings that its own end cut short."""
        for finish in list(self.recorders):
            finish()

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


@dataclass(eq=False)
class Conversation:
    """Legs that hear each other, once it has started."""

    uuid: str
    name: str | None = None
    started: bool = True
    legs: list[Leg] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, leg: Leg) -> None:
        """Join a leg."""
        self.legs = [*self.legs, leg]
        self.tell_change()

    def remove(self, leg: Leg) -> None:
        """Take a leg out."""
        self.legs = [other for other in self.legs if other is not leg]
        if self.name is not None and not self.legs:
            self.started = False
        self.tell_change()

    def play(self, text: str, seconds: float, *, but: Leg | None = None) -> None:
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
