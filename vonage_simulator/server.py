"""The parts put together and served: one origin on 127.0.0.1.

    with running() as vonage:
        httpx.get(f"{vonage.url}/v2/applications", auth=vonage.credentials)

`vonage` is what a test or a tool then holds in its hand.
"""

import contextlib
import functools
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from vonage_simulator.account.account import Account
from vonage_simulator.api import applications, problems
from vonage_simulator.api.account import AccountApi
from vonage_simulator.api.authentication import ApplicationTokens
from vonage_simulator.api.messages import MessagesApi
from vonage_simulator.api.numbers import NumbersApi
from vonage_simulator.api.recordings import RecordingsApi
from vonage_simulator.api.requests import NotAnObjectError
from vonage_simulator.api.verify import VerifyApi
from vonage_simulator.api.voice import VoiceApi
from vonage_simulator.clock.clock import Clock
from vonage_simulator.clock.engine import Engine
from vonage_simulator.control import api
from vonage_simulator.control.requests import RefusedError
from vonage_simulator.faults import Faults, WebhookFault
from vonage_simulator.journal.journal import Journal
from vonage_simulator.origin.certificate import Certificate
from vonage_simulator.origin.middleware import ApiMiddleware
from vonage_simulator.origin.origin import HOST, listening, serving
from vonage_simulator.store import Store
from vonage_simulator.vonage import Vonage
from vonage_simulator.webhooks.delivery import USER_AGENT, Delivery
from vonage_simulator.webhooks.request import Webhook

WEBHOOKS_AT_ONCE = 16


Front = Callable[[Vonage, ASGIApp], ASGIApp]


def origin(vonage: Vonage) -> ASGIApp:
    """The whole origin of a simulated Vonage as an ASGI application."""
    identifiers, tokens = vonage.account.identifiers, ApplicationTokens(vonage.account)

    async def takes_messages(url: str) -> bool:
        """Whether a number's `moHttpUrl` is there: a GET, without a signature, is answered 200."""
        asked = Webhook(kind="probe", url=url, method="GET", payload={}, signed=False)
        return (await vonage.engine.ask(vonage.delivery.attempt(asked))).status == 200

    def problem(_request: Request, error: Exception) -> Response:
        assert isinstance(error, problems.ProblemError)  # noqa: S101 - Starlette types handlers for any exception
        return error.response(identifiers.hex())

    def unknown_route(request: Request, error: Exception) -> Response:
        wrong_verb = isinstance(error, HTTPException) and error.status_code == 405
        unknown = problems.wrong_verb(request.method) if wrong_verb else problems.not_found(request.url.path)
        return unknown.response(identifiers.hex())

    handlers = {
        problems.ProblemError: problem,
        problems.ErrorCodeError: _own_response,
        problems.NotAnsweredError: _own_response,
        NotAnObjectError: _own_response,
        RefusedError: _own_response,
        HTTPException: unknown_route,
    }
    routes = [
        *applications.routes(vonage.account),
        *NumbersApi(vonage.account, vonage.clock, takes_messages).routes(),
        *VoiceApi(vonage.lines, tokens).routes(),
        *MessagesApi(vonage.mailbox, tokens).routes(),
        *VerifyApi(vonage.verifier, tokens).routes(),
        *RecordingsApi(vonage.exchange, tokens).routes(),
        *AccountApi(vonage.account, vonage.clock).routes(),
        *api.routes(vonage),
    ]
    app = Starlette(routes=routes, exception_handlers=handlers)
    return ApiMiddleware(app, vonage.faults, vonage.journal, vonage.clock, identifiers)


def _own_response(_request: Request, error: Exception) -> Response:
    response: Response = error.response()  # type: ignore[attr-defined]
    return response


@contextlib.contextmanager
def running(
    account: Account | None = None,
    *,
    port: int = 0,
    live: bool = False,
    start: datetime | None = None,
    transport: httpx.BaseTransport | None = None,
    front: Front | None = None,
    db: Path | None = None,
    certificate: Certificate | None = None,
) -> Iterator[Vonage]:
    """Serve a simulated Vonage in threads of its own until the block ends.

    Args:
        account: what it starts with; by default `Account.seeded()`.
        port: 0 takes a free one; `vonage.url` says which.
        live: real time instead of jumping time.
        start: the simulated moment it begins at, for timestamps that repeat.
        transport: carries webhooks, where they cannot simply be sent to their address.
        db: a SQLite file that remembers the account and the journal; what it holds wins over `account`.
        certificate: speak https with it, for SDKs that know nothing else.
        front: stands in front of the APIs on the same origin, such as the console.

    Raises:
        PortInUseError: another program listens there; the message says what to do.
        StoreError: `db` cannot be used; likewise.
    """
    clock = Clock(live=live, start=start)
    with (
        listening(port) as listener,
        delivering(account or Account.seeded(), clock, transport) as delivery,
        _remembering(db, delivery),  # until the engine has stopped, which ends the calls
        Engine(clock).running() as engine,
    ):
        url = f"{'https' if certificate else 'http'}://{HOST}:{listener.getsockname()[1]}"
        vonage = Vonage(delivery.account, clock, delivery.journal, engine, delivery, url)
        app = front(vonage, origin(vonage)) if front else origin(vonage)
        with serving(app, listener, certificate):
            yield vonage


@contextlib.contextmanager
def _remembering(db: Path | None, delivery: Delivery) -> Iterator[None]:
    if db is None:
        yield
        return
    store = Store(db)
    store.restore(delivery.account, delivery.journal)
    store.follow(delivery.account, delivery.journal)
    try:
        yield
    finally:
        store.close(delivery.account)


@contextlib.contextmanager
def delivering(
    account: Account, clock: Clock, transport: httpx.BaseTransport | None = None
) -> Iterator[Delivery]:
    """The way out for webhooks: connections and threads of its own, closed when the block ends."""
    with (
        httpx.Client(
            trust_env=False, headers={"User-Agent": USER_AGENT}, transport=transport, verify=_trusted_roots()
        ) as client,
        ThreadPoolExecutor(WEBHOOKS_AT_ONCE, "vonage-webhook") as threads,
    ):
        faults = Faults(WebhookFault, account.identifiers.random)
        yield Delivery(account, clock, Journal(), client, threads, faults)


@functools.cache
def _trusted_roots() -> ssl.SSLContext:
    """Those of this machine, read once: 25 ms that every simulator of a test suite would take."""
    return ssl.create_default_context()
