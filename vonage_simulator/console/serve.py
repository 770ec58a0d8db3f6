"""The console in front of the simulated Vonage's APIs, on the same origin.

`/` is the console, `/_nicegui…` is what NiceGUI serves to it; everything else belongs to the APIs. Other
sites cannot reach it through the browser: pages answer only to loopback names, the socket only to its origin.
"""

import functools
from pathlib import Path

from fastapi import FastAPI
from nicegui import core, ui
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from vonage_simulator.console.page import Page
from vonage_simulator.origin import host_check
from vonage_simulator.vonage import Vonage

STATIC = Path(__file__).parent / "static"
PREFIXES = ("/_nicegui", "/console/")
EXACT = ("/", "/favicon.ico")


def in_front_of(vonage: Vonage, apis: ASGIApp) -> ASGIApp:
    """The origin's application with the console in it. A process has one console: the latest one counts."""
    pages = _pages()
    ui.page("/", title="Switchboard console", favicon=STATIC / "favicon.svg")(Page(vonage).build)

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/console":
            await RedirectResponse("/")(scope, receive, send)
        elif scope["type"] == "http" and not _belongs_to_console(scope["path"]):
            await apis(scope, receive, send)
        elif scope["type"] != "lifespan" and not host_check.is_this_machine(_host(scope)):
            await PlainTextResponse("Open http://127.0.0.1 instead.", 400)(scope, receive, send)
        else:
            await pages(scope, receive, send)

    return dispatch


def _host(scope: Scope) -> str:
    return Headers(scope=scope).get("host", "")


def _belongs_to_console(path: str) -> bool:
    return path in EXACT or path.startswith(PREFIXES)


@functools.cache
def _pages() -> ASGIApp:
    """NiceGUI, which is one application for each process."""
    host = FastAPI(openapi_url=None)
    host.mount("/console", StaticFiles(directory=STATIC))
    ui.run_with(host, tailwind=False, dark=None, gzip_middleware_factory=None, show_welcome_message=False)
    core.sio.eio.cors_allowed_origins = None  # its own origin only; NiceGUI opens the socket to any site
    return host
