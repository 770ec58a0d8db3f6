"""`record`: what is said is kept, and an event tells where.

Source: Vonage NCCO reference, "record"; webhooks reference, "Record" and "Transcribed". With a stop
condition (silence, a key, a time) the next action waits for the end of the recording; without one it starts
at once. Vonage's help ("How do I record a certain part of the call") lets a recording without one end when
the caller hangs up; that one with a stop condition does so too, with its event, is implied, not documented.
"""

import asyncio
import contextlib

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
    if any(name in action for name in STOPS):
        await asyncio.shield(task)  # a caller who hangs up ends the action; the recording reports its own end
    return None


def begin(call: Call, leg: Leg, action: Json) -> "asyncio.Task[None]":
    """Start recording beside whatever else goes on."""
    call.tell("recording", leg, format=_format(action))
    if action.get("beepStart"):
        leg.hear("beep", BEEP_S)
    return call.spawn(_run(call, leg, action))


async def _run(call: Call, leg: Leg, action: Json) -> None:
    started, began = call.clock.now(), call.clock.seconds()
    recorded = call.exchange.keep_recording(leg.application_id, _format(action))
    stops = any(name in action for name in STOPS)
    with leg.listening(inviting=stops) as ear, contextlib.suppress(TimeoutError, LegOverError):
        async with asyncio.timeout(action.get("timeOut")):
            await _until_it_stops(leg, ear, action, recorded)
    recorded.duration_s = call.clock.seconds() - began
    call.tell("recorded", leg, url=recorded.url, seconds=round(recorded.duration_s))
    recording_uuid = call.identifiers.uuid()
    event: Json = {
        "start_time": whole_seconds(started),
        "recording_url": recorded.url,
        "size": int(recorded.duration_s * BYTES_PER_SECOND),
        "recording_uuid": recording_uuid,
        "end_time": whole_seconds(call.clock.now()),
        "conversation_uuid": leg.conversation.uuid,
        "timestamp": call.clock.timestamp(),
    }
    call.webhooks.event(event, to=call.hook(action), kind="record", leg=leg)
    if "transcription" in action:
        await _transcribe(call, leg, action, recorded, recording_uuid)


def _format(action: Json) -> str:
    """As asked for; by default mp3, and wav for more channels than mp3 has."""
    return str(action.get("format", "wav" if action.get("channels", 1) > STEREO else "mp3"))


async def _until_it_stops(leg: Leg, ear: Ear, action: Json, recorded: Recording) -> None:
    while True:
        match await leg.unless_over(ear.next(action.get("endOnSilence"))):
            case None:
                return
            case Pressed(key) if key == action.get("endOnKey"):
                return
            case Said(text):
                recorded.words.append({"sentence": text})


async def _transcribe(call: Call, leg: Leg, action: Json, recorded: Recording, recording_uuid: str) -> None:
    await asyncio.sleep(TRANSCRIBED_AFTER_S)
    event = {
        "conversation_uuid": leg.conversation.uuid,
        "type": "record",
        "recording_uuid": recording_uuid,
        "status": "transcribed",
        "transcription_url": recorded.url + "/transcription",
        "timestamp": call.clock.timestamp(),
    }
    call.webhooks.event(event, to=call.hook(action["transcription"]), kind="transcribed", leg=leg)
