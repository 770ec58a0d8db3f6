"""The WebSocket of a call: it carries the call's audio in both directions.

`websocket:connected` with the endpoint's `headers` comes first, then a frame of audio every 20 ms, and
`websocket:dtmf` for each key that somebody in the call presses. The server sends frames to be heard, `clear`
and `notify`; what it sent is heard, as a text, once it has been played.

Source: Vonage WebSockets guide; `clear` and `notify` from an AsyncAPI file made of its present form. Not
confirmed: what Vonage does with messages it does not know, or of another length; here the story of the call
names them.
"""

import asyncio
import contextlib
import json

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from vonage_simulator.calls.call import Call
from vonage_simulator.calls.legs import Leg, LegOverError
from vonage_simulator.calls.sounds import Said
from vonage_simulator.calls.websocket import pcm
from vonage_simulator.calls.websocket.keys import HeardKeys
from vonage_simulator.calls.websocket.pacing import Pacing
from vonage_simulator.calls.websocket.pcm import FRAME_MS
from vonage_simulator.calls.websocket.playback import BUFFERED_FRAMES, Playback
from vonage_simulator.types import Json, JsonValue

# How long a key is pressed, as in the guide's example.
KEY_MS = 260
# Of frames that are sent late, rather than never.
LONGEST_LAG_S = 1.0
# Real seconds that jumping time waits for the server to close as well.
GOODBYE_S = 1.0
SHOWN_CHARACTERS = 200


class Socket:
    """An open connection, and the leg it is the far end of."""

    def __init__(self, call: Call, leg: Leg, connection: ClientConnection, endpoint: Json) -> None:
        self._call = call
        self._leg = leg
        self._connection = connection
        self._content_type: str = endpoint.get("content-type", pcm.DEFAULT)
        self._silence, self._tone = pcm.silence(self._content_type), pcm.tone(self._content_type)
        self._keys = HeardKeys(leg)
        self._playback = Playback(len(self._silence))
        self._pacing = Pacing(call.clock, connection)
        self._sent_frames = self._received_bytes = 0
        self._sounding = False
        self._warnings: set[str] = set()

    async def converse(self) -> None:
        """Exchange audio and messages until the leg is over, or the server closes the connection."""
        receiving = asyncio.ensure_future(self._receive())
        try:
            with contextlib.suppress(LegOverError, ConnectionClosed), contextlib.closing(self._keys):
                await self._leg.unless_over(self._send())
        finally:
            with self._call.clock.standing_still(GOODBYE_S):
                await self._connection.close()
                await receiving
            self._be_heard(self._playback.utterance_ms(cut=True))
            self._tell_the_end()

    def abandon(self) -> None:
        """The call went on without it."""
        self._connection.transport.abort()

    async def _send(self) -> None:
        """One turn after the other, each for the audio of the time that has passed."""
        await self._event("connected", {"content-type": self._content_type, **self._leg.headers})
        clock = self._call.clock
        due_s = clock.seconds()
        while True:
            frames = self._pacing.frames
            since_s = due_s if clock.seconds() - due_s < LONGEST_LAG_S else clock.seconds()
            due_s = since_s + frames * FRAME_MS / 1000
            middle_s = (since_s + due_s) / 2
            await asyncio.sleep(due_s - clock.seconds())
            for key in self._keys.pressed():
                await self._event("dtmf", {"digit": key, "duration": KEY_MS})
            await self._frames(frames, sounding=self._leg.is_hearing(middle_s))
            await self._pacing.let_server_work()

    async def _frames(self, count: int, *, sounding: bool) -> None:
        if self._sounding and not sounding:
            self._pacing.expect_answer()
        self._sounding = sounding
        for _ in range(count):
            await self._connection.send(self._tone if sounding else self._silence)
            self._sent_frames += 1
            if self._playback.starving:
                await self._pacing.await_more()
            for payload in self._playback.play():
                await self._event("notify", {"payload": payload})
            self._be_heard(self._playback.utterance_ms())

    async def _event(self, name: str, members: Json) -> None:
        self._pacing.expect_answer()
        await self._connection.send(json.dumps({"event": f"websocket:{name}", **members}))

    async def _receive(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self._connection:
                self._pacing.has_spoken()
                if isinstance(message, bytes):
                    self._take_audio(message)
                else:
                    await self._obey(message)
        self._leg.hang_up("user")

    def _take_audio(self, message: bytes) -> None:
        frame_bytes = len(self._silence)
        self._received_bytes += len(message)
        if len(message) != frame_bytes:
            self._warn(f"a message of audio has {frame_bytes} bytes; one came with {len(message)}")
        if not self._playback.add(message):
            self._warn(f"more than {BUFFERED_FRAMES} messages were waiting to be played; some are lost")

    async def _obey(self, text: str) -> None:
        match _parsed(text):
            case {"action": "clear"}:
                self._be_heard(self._playback.utterance_ms(cut=True))
                self._call.tell("cleared", self._leg, ms=self._playback.clear())
                await self._event("cleared", {})
            case {"action": "notify", "payload": dict(payload)}:
                self._playback.notify(payload)
            case _:
                self._warn(f"a text is clear or notify; one came with {text[:SHOWN_CHARACTERS]}")

    def _be_heard(self, utterance_ms: int) -> None:
        if utterance_ms:
            words = f"audio ({utterance_ms / 1000:.1f} s)"
            self._call.tell("said", self._leg, text=words, ms=utterance_ms)
            self._leg.make(Said(words, utterance_ms / 1000))

    def _warn(self, reason: str) -> None:
        """Say once of a kind what Vonage may not take."""
        kind = reason.partition(";")[0]
        if kind not in self._warnings:
            self._warnings.add(kind)
            self._call.tell("warning", self._leg, reason=reason)

    def _tell_the_end(self) -> None:
        by = "its server" if self._leg.disconnected_by == "user" else "Vonage"
        amounts = {
            "sent_ms": self._sent_frames * FRAME_MS,
            "received_ms": self._received_bytes * FRAME_MS // len(self._silence),
        }
        self._call.tell("closed", self._leg, by=by, code=self._connection.close_code, **amounts)


def _parsed(text: str) -> JsonValue:
    try:
        return json.loads(text)
    except ValueError:
        return None
