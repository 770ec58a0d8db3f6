"""`conversation`: the leg moves into a named conversation of the application.

Source: Vonage NCCO reference, "conversation"; webhooks reference, "Transfer". It ends the NCCO: a named
conversation lasts until the leg, or its moderator, hangs up.
"""

from vonage_simulator.calls.actions import record
from vonage_simulator.calls.actions.stream import STREAMED_S
from vonage_simulator.calls.call import Player
from vonage_simulator.calls.legs import Leg
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json


async def conversation(player: Player, action: Json) -> Ncco | None:
    """Join a named conversation of the application until the leg ends."""
    call, leg = player.call, player.leg
    room = call.exchange.room(leg.application_id, action["name"])
    set_audience(leg, action)
    call.move(leg, room)
    starts = action.get("startOnEnter", True)
    if starts:
        room.start()
    elif not room.started:
        _hold(player, action.get("musicOnHoldUrl", []))
    if action.get("record") and starts:
        record.begin(call, leg, {"action": "record", **_record_options(action)})
    await leg.over.wait()
    if action.get("endOnExit"):
        for other in room.legs:
            other.hang_up("platform")
    return []


def _hold(player: Player, music: list[str]) -> None:
    player.call.tell("on hold", player.leg, music=next(iter(music), "silence"))
    for url in music[:1]:
        player.leg.hear(url, STREAMED_S)


def set_audience(leg: Leg, action: Json) -> None:
    """Let an action say who may hear the leg, and whom it hears."""
    leg.muted = bool(action.get("mute", False))
    leg.can_speak = action.get("canSpeak")
    leg.can_hear = action.get("canHear")


def _record_options(action: Json) -> Json:
    return {name: action[name] for name in ("eventUrl", "eventMethod", "transcription") if name in action}
