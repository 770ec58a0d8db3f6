"""`stream`: an audio file is played into the conversation.

Source: Vonage NCCO reference.
"""

from vonage_simulator.calls.actions.talk import play
from vonage_simulator.calls.call import Player
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json

# How long any audio file lasts here: the simulator doesn't fetch it.
STREAMED_S = 5.0


async def stream(player: Player, action: Json) -> Ncco | None:
    """Play an audio file; legs "hear" its URL."""
    url = action["streamUrl"][0]
    await play(player, action, url, {"url": url}, STREAMED_S)
    return None
