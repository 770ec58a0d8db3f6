"""Who may talk to the embedded AWS: programs that have one of its keys, not web pages, not other users.

It runs functions as the person who started it. Any page that a browser on this machine shows could send it
requests, and any user of this machine can reach its port. So no browser of another origin is heard, the Host
has to be this machine, and a request has to be signed, as on AWS. Open are, as on AWS, the addresses of the
stack's webhooks and CloudFormation's response URLs; and the health check.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from vonage_simulator.origin import host_check

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_WEBHOOK = re.compile(r"/_aws/execute-api/[^/]+/[^/]+/.*")
_WEBHOOK_OF_A_DOMAIN = re.compile(r"/webhooks/.*")
_ANSWER = re.compile(r"/_ministack/cfn-response/[^/]+")
HEALTH = "/_ministack/health"
# An address of the stack, which only Amazon's DNS gives out; the local gateway leaves it in the Host.
_API_HOST = re.compile(r"[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com")


class Refusal(NamedTuple):
    """What is answered instead."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Guard:
    """An ASGI application that lets another one see nothing but what it should.

    Attributes:
        app: The emulator.
        check_signature: What to answer a request, with its body, that isn't signed by a key of the emulator.
        is_own_domain: Whether a Host is a domain that somebody gave to an API of the emulator.
    """

    app: App
    check_signature: Callable[[Scope, bytes], Refusal | None]
    is_own_domain: Callable[[str], bool] = lambda _: False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, or answer 403. There are no WebSockets here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close"})
        elif refusal := self._stranger(scope):
            await _refuse(send, refusal)
        elif self._is_open(scope):
            await self.app(scope, receive, send)
        elif (body := await _read(receive)) is not None:
            if refusal := self.check_signature(scope, body):
                await _refuse(send, refusal)
            else:
                await self.app(scope, _once(body, receive), send)

    def _stranger(self, scope: Scope) -> Refusal | None:
        host = header(scope, "host")
        here = "127.0.0.1" if self._is_webhook(scope) else host
        reason = host_check.refusal(here, header(scope, "origin"), header(scope, "sec-fetch-site"))
        return Refusal(403, {"Content-Type": "text/plain"}, f"{reason}\n".encode()) if reason else None

    def _is_open(self, scope: Scope) -> bool:
        method, path = scope["method"], scope["path"]
        if path == HEALTH:
            return bool(method == "GET")
        return self._is_webhook(scope) or (method == "PUT" and _ANSWER.fullmatch(path) is not None)

    def _is_webhook(self, scope: Scope) -> bool:
        host = header(scope, "host") or ""
        if _WEBHOOK.fullmatch(scope["path"]):
            return host_check.is_this_machine(host) or _API_HOST.fullmatch(host) is not None
        return _WEBHOOK_OF_A_DOMAIN.fullmatch(scope["path"]) is not None and self.is_own_domain(host)


def header(scope: Scope, name: str) -> str | None:
    """A header of a request; of several lines of one name, all, as they could be read in different ways."""
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name.encode()]
    return ", ".join(lines) if lines else None


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None when the client has gone."""
    parts, more = [], True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _once(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, then whatever else comes."""
    left = [body]

    async def give() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return give


async def _refuse(send: Send, refusal: Refusal) -> None:
    lines = [(name.lower().encode(), value.encode()) for name, value in refusal.headers.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": lines})
    await send({"type": "http.response.body", "body": refusal.body})
