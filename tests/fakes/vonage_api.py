"""Vonage's Messages and Voice APIs on 127.0.0.1, to go wrong on demand. (The simulated Vonage goes right.)"""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ACCEPTED: dict[str, Any] = {
    "message_uuid": "m-1",
    "uuid": "u-1",
    "conversation_uuid": "CON-1",
    "status": "started",
    "direction": "outbound",
}


@dataclass
class Request:
    method: str
    path: str
    token: str
    body: Any


@dataclass
class Reply:
    """`lost` hangs up after the request was read, without a word."""

    status: int = 202
    body: Any = field(default_factory=lambda: ACCEPTED)
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False
    delay_s: float = 0


@dataclass
class VonageApi:
    """Answers with `replies` in turn, then with what `reply` makes of a request: it accepts everything."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    replies: deque[Reply] = field(default_factory=deque)
    reply: Callable[[Any], Reply] = lambda _asked: Reply()
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def running() -> Iterator[VonageApi]:
    vonage = VonageApi()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            token = self.headers["Authorization"].removeprefix("Bearer ")
            body = json.loads(raw) if raw else None
            vonage.requests.append(Request(self.command, self.path, token, body))
            reply = vonage.replies.popleft() if vonage.replies else vonage.reply(body)
            if reply.delay_s:
                vonage.released.wait(reply.delay_s)
            if reply.lost:
                return
            answer = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            with suppress(ConnectionError):
                self.send_response(reply.status)
                for name, value in {**reply.headers, "Content-Length": str(len(answer))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    vonage.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    try:
        yield vonage
    finally:
        vonage.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
