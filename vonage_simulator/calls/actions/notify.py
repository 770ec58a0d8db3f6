"""`notify`: the event URL is told something in the middle of a call.

Source: Vonage NCCO reference. The reply to a notify may be an NCCO, which replaces the present one.
"""

from vonage_simulator.calls.call import Player
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json


async def notify(player: Player, action: Json) -> Ncco | None:
    """Send the action's payload to its event URL."""
    call, leg = player.call, player.leg
    payload = {
        "payload": action["payload"],
        "conversation_uuid": leg.conversation.uuid,
        "timestamp": call.clock.timestamp(),
    }
    return await call.webhooks.ask("notify", payload, leg, call.hook(action))
