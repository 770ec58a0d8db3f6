"""What every API request passes: faults are injected here, and the request is written to the journal."""

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from vonage_simulator.account.identifiers import Identifiers
from vonage_simulator.api import problems
from vonage_simulator.clock.clock import Clock
from vonage_simulator.faults import ApiFault, Faults
from vonage_simulator.journal.journal import Journal, readable_body, readable_url
from vonage_simulator.origin import host_check

CONTROL = "/_simulator"
# SO_LINGER: on, zero seconds.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass
class ApiMiddleware:
    """The ASGI middleware in front of the APIs."""

    app: ASGIApp
    faults: Faults[ApiFault]
    journal: Journal
    clock: Clock
    identifiers: Identifiers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Keep strangers out, let the control API pass untouched, take down the rest."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        refused = _refusal(request)
        if refused or scope["path"].startswith(CONTROL):
            await (refused or self.app)(scope, receive, send)
            return
        with contextlib.suppress(ClientDisconnect):
            await self._handle(request, await request.body(), send)

    async def _handle(self, request: Request, body: bytes, send: Send) -> None:
        started, at = time.perf_counter(), self.clock.timestamp()
        fault = self.faults.take(f"{request.method} {request.url.path}")
        reply = _Reply()
        if fault is None or fault.lost_reply or not _replaces_work(fault):
            await asyncio.sleep(fault.delay_ms / 1000 if fault else 0)
            await self.app(request.scope, _replay(body), reply)
        else:
            await self._go_wrong(fault, request, reply)
        self.journal.add(
            "api",
            at,
            request=_shown_request(request, body),
            response=reply.shown(),
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
            fault=fault.as_json() if fault else None,
        )
        if fault and fault.hang:
            await request.receive()
        elif fault and (fault.reset or fault.lost_reply):
            _cut_connection(send)
        else:
            await reply.pass_on(send)

    async def _go_wrong(self, fault: ApiFault, request: Request, reply: "_Reply") -> None:
        await asyncio.sleep(fault.delay_ms / 1000)
        if fault.hang or fault.reset:
            return
        response = _faulty_response(fault, request, self.identifiers.hex())
        await response(request.scope, request.receive, reply)


class _Reply:
    """An ASGI `send` that keeps the reply."""

    def __init__(self) -> None:
        self.messages: list[MutableMapping[str, Any]] = []

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        self.messages.append(message)

    async def pass_on(self, send: Send) -> None:
        for message in self.messages:
            await send(message)

    def shown(self) -> dict[str, Any] | None:
        if not self.messages:
            return None
        start, *rest = self.messages
        body = b"".join(message.get("body", b"") for message in rest)
        return {"status": start["status"], "body": readable_body(body)}


def _refusal(request: Request) -> Response | None:
    """The 403 for a request that comes from elsewhere than this machine's programs and own pages."""
    told = (request.headers.get(name) for name in ("host", "origin", "sec-fetch-site"))
    reason = host_check.refusal(*told)
    return JSONResponse({"error": reason}, 403) if reason else None


def _replaces_work(fault: ApiFault) -> bool:
    return bool(fault.status or fault.html or fault.hang or fault.reset)


def _faulty_response(fault: ApiFault, request: Request, instance: str) -> Response:
    status = fault.status or 502
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else None
    if fault.html:
        return HTMLResponse(
            f"<html><body><h1>{status} Bad Gateway</h1></body></html>", status, headers=headers
        )
    if isinstance(fault.body, str):
        return PlainTextResponse(fault.body, status, headers=headers)
    if fault.body is not None:
        return JSONResponse(fault.body, status, headers=headers)
    response = problems.usual(status, request.url.path, instance)
    response.headers.update(headers or {})
    return response


def _shown_request(request: Request, body: bytes) -> dict[str, Any]:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    shown = {"method": request.method, "url": readable_url(path), "headers": _shown_headers(request.headers)}
    return {**shown, "body": readable_body(body)} if body else shown


def _shown_headers(headers: Headers) -> dict[str, str]:
    shown = {
        name: value for name, value in headers.items() if name in {"accept", "content-type", "user-agent"}
    }
    scheme = headers.get("authorization", "").partition(" ")[0]
    return {**shown, "authorization": f"{scheme} ***"} if scheme else shown


def _replay(body: bytes) -> Receive:
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> MutableMapping[str, Any]:
        return next(messages, {"type": "http.disconnect"})

    return receive


def _cut_connection(send: Send) -> None:
    """Close the TCP connection with a reset; uvicorn's `send` belongs to the object with the transport."""
    transport: asyncio.Transport = send.__self__.transport  # type: ignore[attr-defined]
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    transport.abort()
