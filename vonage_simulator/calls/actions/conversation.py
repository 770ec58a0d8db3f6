"""`conversation` and `transfer`: legs move from one conversation to another.

Source: Vonage NCCO reference, "conversation" and "transfer"; webhooks reference, "Transfer". Both end the
NCCO: a named conversation lasts until the leg, or its moderator, hangs up.
"""

from typing import TYPE_CHECKING

from vonage_simulator.calls.actions import record
from vonage_simulator.calls.legs import Conversation, Leg
from vonage_simulator.calls.player import Player
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json

if TYPE_CHECKING:
    from vonage_simulator.calls.call import Call


async def conversation(player: Player, action: Json) -> Ncco | None:
    """Join a named conversation of the application until the leg ends."""
    call, leg = player.call, player.leg
    room = call.exchange.room(leg.application_id, action["name"])
    _set_audience(leg, action)
    move(call, leg, room)
    starts = action.get("startOnEnter", True)
    if starts:
        room.start()
    elif not room.started:
        call.tell("on hold", leg, music=action.get("musicOnHoldUrl", ["silence"])[0])
    if action.get("record") and starts:
        record.begin(call, leg, {"action": "record", **_record_options(action)})
    await leg.over.wait()
    if action.get("endOnExit"):
        for other in room.legs:
            other.hang_up("platform")
    return []


async def transfer(player: Player, action: Json) -> Ncco | None:
    """Move into an existing conversation; what is left of the NCCO is dropped."""
    call, leg = player.call, player.leg
    target = call.exchange.conversations.get(action["conversationId"])
    if target is None:
        call.report("Conversation not found.")
        return []
    _set_audience(leg, action)
    move(call, leg, target)
    player.remaining = []
    return None


def move(call: "Call", leg: Leg, target: Conversation) -> None:
    """Put a leg into another conversation and report it."""
    origin = leg.conversation
    leg.move_to(target)
    call.tell("moved", leg, conversation=target.name or target.uuid)
    call.webhooks.event(
        {
            "conversation_uuid_from": origin.uuid,
            "type": "transfer",
            "uuid": leg.uuid,
            "conversation_uuid_to": target.uuid,
            "timestamp": call.clock.timestamp(),
        },
        leg=leg,
    )


def _set_audience(leg: Leg, action: Json) -> None:
    leg.muted = bool(action.get("mute", False))
    leg.can_speak = action.get("canSpeak")
    leg.can_hear = action.get("canHear")


def _record_options(action: Json) -> Json:
    return {name: action[name] for name in ("eventUrl", "eventMethod", "transcription") if name in action}
