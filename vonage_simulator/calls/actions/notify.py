"""`notify` and `wait`.

Source: Vonage NCCO reference. The reply to a notify may be an NCCO, which replaces the present one.
"""

import asyncio

from vonage_simulator.calls.player import Player
from vonage_simulator.ncco.check import clamped_wait_s
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


async def wait(_player: Player, action: Json) -> Ncco | None:
    """Do nothing for a while."""
    await asyncio.sleep(clamped_wait_s(action))
    return None
