"""A debugger's end of the Debug Adapter Protocol: enough to stop at a line, look, and go on.

Source: Debug Adapter Protocol specification, "Base protocol" and "Requests".
"""

import contextlib
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedRWPair
from pathlib import Path
from typing import Any

Json = Any


@dataclass
class Debugger:
    connection: BufferedRWPair
    _sent: int = 0
    _events: list[Json] = field(default_factory=list)

    @classmethod
    @contextlib.contextmanager
    def attached(cls, port: int, file: Path, line: int) -> Iterator["Debugger"]:
        """Attach to a process that listens, with a breakpoint."""
        with (
            socket.create_connection(("127.0.0.1", port), timeout=30) as plug,
            plug.makefile("rwb") as connection,
        ):
            debugger = cls(connection)
            debugger.ask("initialize", adapterID="debugpy", pathFormat="path", linesStartAt1=True)
            debugger.send("attach", justMyCode=True)
            debugger.event("initialized")
            debugger.ask("setBreakpoints", source={"path": str(file)}, breakpoints=[{"line": line}])
            debugger.ask("configurationDone")
            yield debugger

    def send(self, command: str, **arguments: Json) -> int:
        self._sent += 1
        body = json.dumps(
            {"seq": self._sent, "type": "request", "command": command, "arguments": arguments}
        ).encode()
        self.connection.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self.connection.flush()
        return self._sent

    def ask(self, command: str, **arguments: Json) -> Json:
        number = self.send(command, **arguments)
        while True:
            message = self._next()
            if message["type"] == "response" and message["request_seq"] == number:
                assert message["success"], message
                return message.get("body")
            self._events.append(message)

    def event(self, name: str) -> Json:
        while True:
            for message in self._events:
                if message.get("event") == name:
                    self._events.remove(message)
                    return message.get("body")
            self._events.append(self._next())

    def _next(self) -> Json:
        length = 0
        while line := self.connection.readline().strip():
            length = int(line.partition(b":")[2])
        return json.loads(self.connection.read(length))
