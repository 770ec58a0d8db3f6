"""`wait`: nothing happens for a while.

Source: Vonage NCCO reference.
"""

import asyncio

from vonage_simulator.calls.call import Player
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json

WAIT_S = 10


async def wait(_player: Player, action: Json) -> Ncco | None:
    """Do nothing for a while."""
    await asyncio.sleep(action.get("timeout", WAIT_S))
    return None
