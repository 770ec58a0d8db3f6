"""`notify` and `wait`.

Source: Vonage NCCO reference. The reply to a notify may be an NCCO, which replaces the present one.
"""

import asyncio

from local.vonage.account import Json
from local.vonage.ncco import clamped_wait_s
from local.vonage.ncco_reading import Ncco
from local.vonage.player import Player


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
