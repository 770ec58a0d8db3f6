"""Lambda's Runtime API for one execution environment: what the runtime client asks for its events.

Source: AWS, "Using the Lambda runtime API for custom runtimes" (paths and headers).
"""

import selectors
import socket
from typing import NamedTuple

_MORE_THAN_A_REQUEST = 1 << 20


class Request(NamedTuple):
    """One request of the runtime client, and the connection that waits for its reply."""

    connection: socket.socket
    path: str
    body: bytes


class RuntimeApi:
    """An HTTP server for one client, small enough to cost little beside what it measures."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._received: dict[socket.socket, bytes] = {}
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"

    def receive(self, timeout_s: float) -> Request | None:
        """The next request, or None when nothing came, or not all of it."""
        for key, _ in self._selector.select(timeout_s):
            if key.fileobj is self._listener:
                self._accept()
            elif isinstance(key.fileobj, socket.socket) and (request := self._read(key.fileobj)):
                return request
        return None

    def reply(self, request: Request, status: str, headers: dict[str, str], body: bytes) -> None:
        """Answer a request."""
        lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request.connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def close(self) -> None:
        """Close every connection."""
        for connection in [*self._received, self._listener]:
            connection.close()
        self._selector.close()

    def _accept(self) -> None:
        connection, _address = self._listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(connection, selectors.EVENT_READ)
        self._received[connection] = b""

    def _read(self, connection: socket.socket) -> Request | None:
        try:
            data = connection.recv(_MORE_THAN_A_REQUEST)
        except ConnectionError:
            data = b""
        if not data:
            self._selector.unregister(connection)
            del self._received[connection]
            connection.close()
            return None
        self._received[connection] += data
        head, _, rest = self._received[connection].partition(b"\r\n\r\n")
        body = _whole_body(head.lower(), rest)
        if body is None:
            return None
        self._received[connection] = b""
        return Request(connection, head.split(b" ", 2)[1].decode(), body)


def _whole_body(head: bytes, rest: bytes) -> bytes | None:
    """The request's body; None while a part of it is still to come."""
    if b"transfer-encoding: chunked" in head:
        return _unchunked(rest) if rest.endswith(b"0\r\n\r\n") else None
    length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
    return rest if len(rest) >= length else None


def _unchunked(rest: bytes) -> bytes:
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return body
