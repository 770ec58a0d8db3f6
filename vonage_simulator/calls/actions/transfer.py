"""`transfer`: the leg moves into a conversation that is there already.

Source: Vonage NCCO reference, "transfer"; webhooks reference, "Transfer". It ends the NCCO.
"""

from vonage_simulator.calls.actions.conversation import set_audience
from vonage_simulator.calls.call import Player
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json


async def transfer(player: Player, action: Json) -> Ncco | None:
    """Move into an existing conversation; what is left of the NCCO is dropped."""
    call, leg = player.call, player.leg
    target = call.exchange.conversations.get(action["conversationId"])
    if target is None:
        call.report("Conversation not found.")
        return []
    set_audience(leg, action)
    call.move(leg, target)
    player.remaining = []
    return None
