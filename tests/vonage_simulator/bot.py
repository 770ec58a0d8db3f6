"""A voice assistant at the far end of a WebSocket: a real server on loopback that does what a test says."""

import contextlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from vonage_simulator.calls.websocket import pcm

Json = dict[str, Any]
Reaction = Callable[[ServerConnection, bytes | Json], None]
HOST = "127.0.0.1"
FORMAT = "audio/l16;rate=16000"
WORD = pcm.tone(FORMAT)


@dataclass
class Bot:
    """Attributes:
    react: called with each message, text parsed; without one, the bot listens only.
    refuses: answers the handshake with this status.
    """

    react: Reaction | None = None
    refuses: int | None = None
    uri: str = ""
    handshakes: list[Request] = field(default_factory=list)
    messages: list[bytes | Json] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    close_code: int | None = None

    @property
    def events(self) -> list[Json]:
        return [message for message in self.messages if isinstance(message, dict)]

    @property
    def frames(self) -> list[bytes]:
        return [message for message in self.messages if isinstance(message, bytes)]

    def audible_ms(self) -> int:
        return sum(20 for frame in self.frames if any(frame))

    def hold(self, connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            for message in connection:
                told = message if isinstance(message, bytes) else json.loads(message)
                self.messages.append(told)
                if self.react:
                    self.react(connection, told)
        self.close_code = connection.close_code
        self.closed.set()

    def admit(self, connection: ServerConnection, request: Request) -> Response | None:
        self.handshakes.append(request)
        return connection.respond(self.refuses, "no") if self.refuses else None


@contextlib.contextmanager
def listening(bot: Bot, tls: ssl.SSLContext | None = None) -> Iterator[Bot]:
    with serve(bot.hold, HOST, 0, process_request=bot.admit, compression=None, ssl=tls) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        bot.uri = f"{'wss' if tls else 'ws'}://{HOST}:{server.socket.getsockname()[1]}/assistant"
        yield bot
        server.shutdown()
        thread.join()


def echo(connection: ServerConnection, message: bytes | Json) -> None:
    if isinstance(message, bytes):
        connection.send(message)


def speak(connection: ServerConnection, milliseconds: int) -> None:
    for _ in range(milliseconds // pcm.FRAME_MS):
        connection.send(WORD)


def on(event: str, deed: Callable[[ServerConnection], object]) -> Reaction:
    """A reaction that does something when an event arrives."""

    def react(connection: ServerConnection, message: bytes | Json) -> None:
        if isinstance(message, dict) and message["event"] == event:
            deed(connection)

    return react
