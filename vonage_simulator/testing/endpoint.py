"""A webhook endpoint in this process: a loopback server that hands each request to a Python function."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Incoming:
    """A webhook as it arrived; `path` has no query."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What to reply; `reset` cuts the connection instead."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    reset: bool = False


@contextlib.contextmanager
def serving(handle: Callable[[Incoming], Answer], port: int = 0) -> Iterator[str]:
    """Serve until the block ends; gives the URL. `handle` runs in a thread per connection.

    Raises:
        OSError: the port, if one was wanted, is somebody else's.
    """

    class Handler(_Handler):
        respond = staticmethod(handle)

    with ThreadingHTTPServer((HOST, port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    respond: Callable[[Incoming], Answer]

    def do_POST(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.respond(Incoming(self.command, path, query, headers, body))
        if answer.reset:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - the name http.server asks for

    def log_message(self, *_: object) -> None:
        """Say nothing: the simulator's journal has it all."""
