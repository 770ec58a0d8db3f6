"""What the server of a WebSocket sends into the call: a buffer of frames, one of which is heard every 20 ms.

Source: Vonage WebSockets guide: frames may come faster than they are played; `clear` empties the buffer,
`notify` is answered when all that was sent before it has been played. 3072 messages are buffered ("Play audio
into a WebSocket"). Not confirmed: that what comes on top of them is lost, that `clear` forgets each `notify`
as well, and what becomes of messages of another length; here they are cut into frames.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from vonage_simulator.calls.websocket.pcm import FRAME_MS
from vonage_simulator.types import Json

BUFFERED_FRAMES = 3072
# Of silence, after which an utterance is over.
PAUSE_MS = 500


@dataclass(frozen=True)
class Notify:
    """A mark between frames: when it is reached, `payload` goes back to the server."""

    payload: Json


class Playback:
    """The buffer, and what is being heard from it."""

    def __init__(self, frame_bytes: int) -> None:
        self._frame_bytes = frame_bytes
        self._waiting: deque[bytes | Notify] = deque()
        self._frames = 0
        self._audible_ms = 0
        self._quiet_ms = 0

    @property
    def starving(self) -> bool:
        """Whether the last frame was audible and the next one has not come yet."""
        return not self._waiting and self._audible_ms > 0 and self._quiet_ms == 0

    def add(self, message: bytes) -> bool:
        """Buffer what came; False when some of it did not fit."""
        for begin in range(0, len(message), self._frame_bytes):
            if self._frames == BUFFERED_FRAMES:
                return False
            frame = message[begin : begin + self._frame_bytes]
            self._waiting.append(frame.ljust(self._frame_bytes, b"\0"))
            self._frames += 1
        return True

    def notify(self, payload: Json) -> None:
        """Mark this place in the buffer."""
        self._waiting.append(Notify(payload))

    def clear(self) -> int:
        """Forget what has not been played; gives its milliseconds."""
        dropped_ms = self._frames * FRAME_MS
        self._waiting.clear()
        self._frames = 0
        return dropped_ms

    def play(self) -> Iterator[Json]:
        """Let the next 20 ms be heard; gives the payloads of the marks on the way there."""
        frame = b""
        while self._waiting and not frame:
            match self._waiting.popleft():
                case Notify(payload):
                    yield payload
                case bytes() as frame:
                    self._frames -= 1
        audible = bool(frame.strip(b"\0"))
        self._audible_ms += FRAME_MS * audible
        self._quiet_ms = 0 if audible else self._quiet_ms + FRAME_MS

    def utterance_ms(self, *, cut: bool = False) -> int:
        """How long an utterance was that is over now, or is cut off here; 0 when there is none."""
        if not cut and self._quiet_ms < PAUSE_MS:
            return 0
        over_ms, self._audible_ms = self._audible_ms, 0
        return over_ms
