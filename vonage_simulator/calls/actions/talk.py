"""`talk`: a text is spoken into the conversation.

Source: Vonage NCCO reference. With `bargeIn`, a key (or a word, when the input that follows takes speech)
ends it.
"""

import asyncio
import itertools
import re

from vonage_simulator.calls.call import Player
from vonage_simulator.calls.parties import spoken_s
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json


async def talk(player: Player, action: Json) -> Ncco | None:
    """Speak a text."""
    text = plain_text(action["text"])
    details = {"text": text, "language": action.get("language", "en-US")}
    await play(player, action, text, details, spoken_s(text))
    return None


def plain_text(text: str) -> str:
    """A text without its SSML tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", text).split()) if text.lstrip().startswith("<speak") else text


async def play(player: Player, action: Json, heard: str, details: Json, seconds: float) -> None:
    """Let the conversation hear something as often as the action says, until somebody barges in.

    Args:
        player: of the leg whose conversation it is.
        action: its `loop` and `bargeIn` count.
        heard: what legs hear.
        details: what the call's story adds.
        seconds: how long it lasts once.
    """
    if action.get("bargeIn"):
        player.begin_barge_in()
    loop = action.get("loop", 1)
    for _ in itertools.count() if loop == 0 else range(loop):
        player.call.tell(action["action"], player.leg, **details)
        player.leg.conversation.play(heard, seconds)
        if await _interrupted(player, seconds):
            player.leg.conversation.hush()
            player.call.tell("interrupted", player.leg)
            return


async def _interrupted(player: Player, seconds: float) -> bool:
    if player.barge_in is None:
        await asyncio.sleep(seconds)
        return False
    try:
        async with asyncio.timeout(seconds):
            await player.barge_in.anything()
    except TimeoutError:
        return False
    return True
