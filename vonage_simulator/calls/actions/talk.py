"""`talk` and `stream`: something is played into the conversation.

Source: Vonage NCCO reference. With `bargeIn`, a key (or a word, when the input that follows takes speech)
ends it.
"""

import asyncio
import itertools
import re

from vonage_simulator.calls.parties import spoken_s
from vonage_simulator.calls.player import Player
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json

STREAMED_S = 5.0  # how long any audio file lasts here: the simulator does not fetch it


async def talk(player: Player, action: Json) -> Ncco | None:
    """Speak a text."""
    text = plain_text(action["text"])
    details = {"text": text, "language": action.get("language", "en-US")}
    await _play(player, action, text, details, spoken_s(text))
    return None


async def stream(player: Player, action: Json) -> Ncco | None:
    """Play an audio file; legs "hear" its URL."""
    url = action["streamUrl"][0]
    await _play(player, action, url, {"url": url}, STREAMED_S)
    return None


def plain_text(text: str) -> str:
    """A text without its SSML tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", text).split()) if text.lstrip().startswith("<speak") else text


async def _play(player: Player, action: Json, heard: str, details: Json, seconds: float) -> None:
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
