"""A small server on loopback, behind a tunnel; its path is made up for each run, so nobody can guess it."""

import base64
import hashlib
import secrets
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from operate.ask_vonage.webhooks import Arrived, Reply, Webhooks
from operate.errors import OperatorError

HOST = "127.0.0.1"
_LONGEST_BODY = 1 << 20
# RFC 6455, section 1.3; a close frame without a reason.
_WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CLOSE_FRAME = b"\x88\x00"


@contextmanager
def serving(port: int, now: Callable[[], float], public: str = "") -> Iterator[Webhooks]:
    """Listen on loopback until the block ends.

    Args:
        port: Where; 0 takes a free one.
        now: Seconds, for what arrives.
        public: The origin of the tunnel that leads here; by default there is none.

    Raises:
        OperatorError: Another program listens there.
    """
    secret = secrets.token_urlsafe(24)
    with _listening(port) as server:
        origin = public.rstrip("/") or f"http://{HOST}:{server.server_port}"
        webhooks = Webhooks(f"{origin}/{secret}", now)
        server.RequestHandlerClass = type("Handler", (_Handler,), {"secret": secret, "webhooks": webhooks})
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield webhooks
        finally:
            webhooks.ends_conducting()
            server.shutdown()
            thread.join()


def _listening(port: int) -> ThreadingHTTPServer:
    try:
        return _Server((HOST, port), _Handler)
    except OSError as error:
        raise OperatorError(
            f"Nothing can listen on port {port}: {error.strerror}.",
            f"Take another one, for the tunnel, too: PORT={port + 1}",
        ) from error


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as socketserver has it
        """Say nothing of a connection that the other side has cut."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True
    wbufsize = -1
    secret: str
    webhooks: Webhooks

    def do_POST(self) -> None:
        path, _, query = self.path.partition("?")
        _, secret, name = [*path.split("/"), "", ""][:3]
        if not secrets.compare_digest(secret.encode(), self.secret.encode()):
            return self._refuse(404)
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _LONGEST_BODY:
            return self._refuse(413)
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.webhooks.take(Arrived(name, self.webhooks.now(), query, headers, body))
        return self._open_and_close(headers) if reply.status == 101 else self._reply(reply)

    do_GET = do_POST  # noqa: N815 - the name http.server asks for

    def _refuse(self, status: int) -> None:
        """Reply without having read the body."""
        self.close_connection = True
        self._reply(Reply(status))

    def _reply(self, reply: Reply) -> None:
        self.send_response(reply.status)
        if reply.body:
            self.send_header("Content-Type", reply.content_type)
        if reply.location:
            self.send_header("Location", reply.location)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def _open_and_close(self, headers: Mapping[str, str]) -> None:
        """Open the WebSocket that is asked for, and close it at once."""
        key = headers.get("sec-websocket-key", "") + _WEBSOCKET_GUID
        accepted = base64.b64encode(hashlib.sha1(key.encode(), usedforsecurity=False).digest())
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accepted.decode())
        self.end_headers()
        self.wfile.write(_CLOSE_FRAME)
        self.wfile.flush()
        with suppress(OSError):
            self.rfile.read(1)  # the other side closes, too
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing: what matters is on the page."""
