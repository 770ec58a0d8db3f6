"""The audio of a WebSocket: 16-bit linear PCM, mono, in frames of 20 ms.

The simulator synthesises no speech: while something is heard, a frame is 20 ms of a tone, else of silence.
The tone's periods fit a whole number of times into a frame, so all its frames are alike and join smoothly.

Source: Vonage WebSockets guide, "Binary audio messages"; 24 kHz: Voice API reference (1.10.0). That samples
are little-endian is said by third parties only (an AsyncAPI file made from the guide, open-source bots).
"""

import math
import struct
from functools import cache

FRAME_MS = 20
TONE_HZ = 400
VOLUME = 8000
# Unconfirmed: Vonage's own clients send it when nothing is asked for.
DEFAULT = "audio/l16;rate=16000"


@cache
def silence(content_type: str) -> bytes:
    """A frame in which nothing is heard."""
    return bytes(2 * _samples(content_type))


@cache
def tone(content_type: str) -> bytes:
    """A frame in which somebody is heard."""
    samples = _samples(content_type)
    step = 2 * math.pi * TONE_HZ * FRAME_MS / 1000 / samples
    wave = (round(VOLUME * math.sin(step * sample)) for sample in range(samples))
    return struct.pack(f"<{samples}h", *wave)


def _samples(content_type: str) -> int:
    rate = int(content_type.rpartition("=")[2])
    return rate * FRAME_MS // 1000
