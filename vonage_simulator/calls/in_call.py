"""What the Voice API does to a leg while the call runs: end it, mute it, move it, play to it, send keys.

Source: Vonage Voice API reference (1.10.0).
"""

import asyncio
import itertools

from vonage_simulator.calls.actions.stream import STREAMED_S
from vonage_simulator.calls.actions.talk import plain_text
from vonage_simulator.calls.call import Call
from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.parties import spoken_s
from vonage_simulator.calls.running import transfer
from vonage_simulator.types import Json


async def change(call: Call, leg: Leg, wanted: Json) -> None:
    """Do what `PUT /v1/calls/{uuid}` asks for."""
    match wanted["action"]:
        case "hangup":
            call.tell("ended", leg, by="the Voice API")
            leg.hang_up("platform")
        case "mute" | "unmute" as action:
            leg.muted = action == "mute"
        case "earmuff" | "unearmuff" as action:
            leg.earmuffed = action == "earmuff"
        case _:
            await _transfer(call, leg, wanted["destination"])


async def start(call: Call, leg: Leg, kind: str, wanted: Json) -> None:
    """Speak or stream to one leg, in place of what was played to it before."""
    await stop(leg, kind)
    leg.playing[kind] = call.spawn(_play(call, leg, kind, wanted))


async def stop(leg: Leg, kind: str) -> None:
    """Stop what is played to the leg; nothing is played is fine too."""
    task = leg.playing.pop(kind, None)
    if task:
        task.cancel()
        leg.hush()
        await asyncio.gather(task, return_exceptions=True)


async def send_keys(call: Call, leg: Leg, digits: str) -> None:
    """Let the party hear keys."""
    call.tell("keys sent", leg, keys=digits)


async def _transfer(call: Call, leg: Leg, destination: Json) -> None:
    if "ncco" in destination:
        transfer(call, leg, destination["ncco"])
        return
    call.spawn(_transfer_to_url(call, leg, destination["url"][0]))


async def _transfer_to_url(call: Call, leg: Leg, url: str) -> None:
    ncco = await call.fetch_ncco(url, leg)
    if ncco is not None:
        transfer(call, leg, ncco)


async def _play(call: Call, leg: Leg, kind: str, wanted: Json) -> None:
    heard = plain_text(wanted["heard"])
    detail = {"text": heard} if kind == "talk" else {"url": heard}
    for _ in itertools.count() if wanted["loop"] == 0 else range(wanted["loop"]):
        if leg.over.is_set():
            return
        call.tell(kind, leg, **detail)
        seconds = spoken_s(heard) if kind == "talk" else STREAMED_S
        leg.hear(heard, seconds)
        await asyncio.sleep(seconds)
