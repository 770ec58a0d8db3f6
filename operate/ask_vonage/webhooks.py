"""A small server for Vonage's webhooks: on loopback, behind a tunnel, at addresses that nobody can guess.

It writes down what arrives and replies as it is told. While a call is conducted, the requests that want an
NCCO wait until the one who conducts it has decided what is played next.
"""

import base64
import hashlib
import json
import secrets
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from operate.errors import OperatorError

HOST = "127.0.0.1"
Json = dict[str, Any]

_LONGEST_BODY = 1 << 20
# Vonage waits for 5 seconds for an answer, and it has come a long way.
_DECIDED_WITHIN_S = 4
# RFC 6455, section 1.3; a close frame without a reason.
_WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CLOSE_FRAME = b"\x88\x00"

# The requests whose reply decides how a call goes on.
ANSWER, ONWARD, FALLBACK = "answer", "onward", "fallback"
CONDUCTED = (ANSWER, ONWARD, FALLBACK)


class Reply(NamedTuple):
    """What a request is answered."""

    status: int = 204
    body: bytes = b""
    content_type: str = "application/json"
    location: str = ""


@dataclass(frozen=True)
class Arrived:
    """A request that arrived: at the last part of its path, after so many seconds."""

    name: str
    at_s: float
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def fields(self) -> Json:
        """What it says, in its body or its query."""
        if not self.body:
            return dict(parse_qsl(self.query, keep_blank_values=True))
        try:
            told = json.loads(self.body)
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}

    @property
    def claims(self) -> Json:
        """The claims of its token, which nobody verifies: its address is the secret."""
        _, _, token = self.headers.get("authorization", "").partition(" ")
        parts = token.split(".")
        if len(parts) != 3:
            return {}
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
        return claims if isinstance(claims, dict) else {}


class Waiting(NamedTuple):
    """A request that waits for the one who conducts the call."""

    arrived: Arrived
    reply: "Future[Reply]"


Plan = Callable[[Arrived], Reply | None]


def _no_plan(_: Arrived) -> None:
    """Leave the reply to others."""


GOODBYE = Reply(200, json.dumps([{"action": "talk", "text": "Thank you. Goodbye."}]).encode())


@dataclass
class Webhooks:
    """What has arrived so far, and what is replied.

    Attributes:
        url: The public address of all of them.
        now: Seconds, for what has arrived.
        arrived: The requests, in their order.
        plans: Replies by the last part of the path; a plan that gives None leaves it to the others.
        conducted: Whether somebody decides what is played next.
        asked: Requests that wait for that.
        changed: Held while any of it is read or changed.
    """

    url: str
    now: Callable[[], float]
    arrived: list[Arrived] = field(default_factory=list)
    plans: dict[str, Plan] = field(default_factory=dict)
    conducted: bool = False
    asked: "deque[Waiting]" = field(default_factory=deque)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def at(self, name: str) -> str:
        """The address of one of them."""
        return f"{self.url}/{name}"

    def socket_at(self, name: str) -> str:
        """The same for a WebSocket."""
        return self.at(name).replace("http", "ws", 1)

    def of(self, name: str) -> list[Arrived]:
        """What has arrived at one of them."""
        with self.changed:
            return [each for each in self.arrived if each.name == name]

    def capabilities(self) -> Json:
        """Those of an application whose webhooks all lead here."""

        def hooks(names: Mapping[str, str]) -> Json:
            posted = {"http_method": "POST"}
            return {"webhooks": {kind: {"address": self.at(at), **posted} for kind, at in names.items()}}

        voice = {"answer_url": ANSWER, "fallback_answer_url": FALLBACK, "event_url": "event"}
        return {
            "voice": {**hooks(voice), "signed_callbacks": True},
            "messages": hooks({"inbound_url": "inbound", "status_url": "status"}),
            "rtc": {**hooks({"event_url": "rtc"}), "signed_callbacks": True},
        }

    def take(self, arrived: Arrived) -> Reply:
        """Write a request down, and decide on its reply."""
        plan = self.plans.get(arrived.name, _no_plan)
        waiting: Future[Reply] = Future()
        with self.changed:
            self.arrived.append(arrived)
            planned = plan(arrived)
            must_wait = planned is None and arrived.name in CONDUCTED and self.conducted
            if must_wait:
                self.asked.append(Waiting(arrived, waiting))
            self.changed.notify_all()
        if must_wait:
            try:
                return waiting.result(_DECIDED_WITHIN_S)
            except TimeoutError:
                return GOODBYE
        return planned or (GOODBYE if arrived.name in (ANSWER, FALLBACK) else Reply())

    def forget(self) -> None:
        """Begin anew: nothing has arrived, and no reply is planned."""
        with self.changed:
            self.arrived.clear()
            self.plans.clear()

    def ends_conducting(self) -> None:
        """Nobody decides any more: whoever waits hears goodbye."""
        with self.changed:
            self.conducted = False
            while self.asked:
                self.asked.popleft().reply.set_result(GOODBYE)


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
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _LONGEST_BODY:
            self.close_connection = True
            return self._reply(Reply(413))
        body = self.rfile.read(int(length))
        if not secrets.compare_digest(secret.encode(), self.secret.encode()):
            return self._reply(Reply(404))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.webhooks.take(Arrived(name, self.webhooks.now(), query, headers, body))
        return self._open_and_close(headers) if reply.status == 101 else self._reply(reply)

    do_GET = do_POST  # noqa: N815 - the name http.server asks for

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
