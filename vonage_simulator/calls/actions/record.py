"""`record`: what is said is kept, and an event tells where.

Source: Vonage NCCO reference, "record"; webhooks reference, "Record" and "Transcribed". With a stop
condition (silence, a key, a time) the next action waits for the end of the recording; without one it starts
at once. Vonage's help ("How do I record a certain part of the call") lets a recording without one end when
the caller hangs up; that one with a stop condition does so too, with its event, is implied, not documented: a
switch says whether it does, and whether its event may follow `completed`.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from vonage_simulator.calls.call import Call, Player
from vonage_simulator.calls.events import whole_seconds
from vonage_simulator.calls.legs import Leg, LegOverError
from vonage_simulator.calls.recordings import Recording
from vonage_simulator.calls.sounds import Ear, Pressed, Said
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json

BYTES_PER_SECOND = 2000
BEEP_S = 0.5
TRANSCRIBED_AFTER_S = 5
STEREO = 2
STOPS = ("endOnSilence", "endOnKey", "timeOut")


async def record(player: Player, action: Json) -> Ncco | None:
    """Record the leg's conversation."""
    task = begin(player.call, player.leg, action)
    if _stops(action):
        await asyncio.shield(task)  # a caller who hangs up ends the action; the recording reports its own end
    return None


def begin(call: Call, leg: Leg, action: Json) -> "asyncio.Task[None]":
    """Start recording beside whatever else goes on."""
    call.tell("recording", leg, format=_format(action))
    if action.get("beepStart"):
        leg.hear("beep", BEEP_S)
    recorder = Recorder(call, leg, action)
    leg.recorders.append(recorder.finish)
    return call.spawn(recorder.run())


def _stops(action: Json) -> bool:
    return any(name in action for name in STOPS)


def _format(action: Json) -> str:
    """As asked for; by default mp3, and wav for more channels than mp3 has."""
    return str(action.get("format", "wav" if action.get("channels", 1) > STEREO else "mp3"))


@dataclass
class Recorder:
    """One recording, from its beginning to what is told of it."""

    call: Call
    leg: Leg
    action: Json
    kept: Recording = field(init=False)
    started: datetime = field(init=False)
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """It begins as soon as it is there."""
        self.started = self.call.clock.now()
        self.kept = self.call.exchange.keep_recording(self.leg.application_id, _format(self.action))

    async def run(self) -> None:
        """Record until it stops or the leg is over, then have it transcribed."""
        with self.leg.listening(inviting=_stops(self.action)) as ear:
            try:
                async with asyncio.timeout(self.action.get("timeOut")):
                    await self._until_it_stops(ear)
            except TimeoutError:
                pass
            except LegOverError:
                await self.finished.wait()
        self.finish()
        if "transcription" in self.action and not self._is_lost:
            await self._transcribe()

    def finish(self) -> None:
        """Tell that the recording is over: at its own end, or when its leg reports its own; once."""
        if self.finished.is_set():
            return
        self.finished.set()
        self.leg.recorders.remove(self.finish)
        ended = self.leg.ended_at or self.call.clock.now()
        self.kept.duration_s = (ended - self.started).total_seconds()
        self.call.tell("recorded", self.leg, url=self.kept.url, seconds=round(self.kept.duration_s))
        event: Json = {
            "start_time": whole_seconds(self.started),
            "recording_url": self.kept.url,
            "size": int(self.kept.duration_s * BYTES_PER_SECOND),
            "recording_uuid": self.kept.uuid,
            "end_time": whole_seconds(ended),
            "conversation_uuid": self.leg.conversation.uuid,
            "timestamp": self.call.clock.timestamp(),
        }
        if not self._is_lost:
            self.call.webhooks.event(event, to=self.call.hook(self.action), kind="record", leg=self.leg)

    @property
    def _is_lost(self) -> bool:
        """Whether nobody hears of it, because the caller hung up before it stopped."""
        cut_short = self.leg.over.is_set() and _stops(self.action)
        return cut_short and self.call.switches.hung_up_recording == "lost"

    async def _until_it_stops(self, ear: Ear) -> None:
        while True:
            match await self.leg.unless_over(ear.next(self.action.get("endOnSilence"))):
                case None:
                    return
                case Pressed(key) if key == self.action.get("endOnKey"):
                    return
                case Said(text):
                    self.kept.words.append({"sentence": text})

    async def _transcribe(self) -> None:
        await asyncio.sleep(TRANSCRIBED_AFTER_S)
        event = {
            "conversation_uuid": self.leg.conversation.uuid,
            "type": "record",
            "recording_uuid": self.kept.uuid,
            "status": "transcribed",
            "transcription_url": self.kept.url + "/transcription",
            "timestamp": self.call.clock.timestamp(),
        }
        self.kept.has_sentiment = bool(self.action["transcription"].get("sentimentAnalysis"))
        hook = self.call.hook(self.action["transcription"])
        self.call.webhooks.event(event, to=hook, kind="transcribed", leg=self.leg)
