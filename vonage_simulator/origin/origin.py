"""The one HTTP origin: a loopback socket, served by uvicorn in a thread."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from vonage_simulator.origin.certificate import Certificate

HOST = "127.0.0.1"
DEFAULT_PORT = 4010
LONGEST_GOODBYE_S = 1.0


class PortInUseError(Exception):
    """Another program listens on the port."""


@contextlib.contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """A listening socket on 127.0.0.1; port 0 takes a free one."""
    # TCP named outright: only then does asyncio send small replies at once, and not 40 ms later.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            message = (
                f"port {port} of {HOST} is in use; stop the other program or choose another port with --port"
            )
            raise PortInUseError(message) from error
        listener.listen(128)
        yield listener


@contextlib.contextmanager
def serving(app: ASGIApp, listener: socket.socket, certificate: Certificate | None) -> Iterator[None]:
    """Serve in a thread of its own until the block ends; https with a certificate."""
    ready = threading.Event()
    config = uvicorn.Config(
        app,
        # The faults of `middleware` reach for the plain socket, which other parsers and loops hide.
        http="h11",
        loop="asyncio",
        ws="websockets-sansio",
        log_level="critical",
        ssl_certfile=certificate.certificate if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config, ready)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="vonage-http", daemon=True
    )
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        server.stop()
        thread.join()


class _Server(uvicorn.Server):
    """uvicorn's server, without the tenth of a second it takes to notice the end, and to say goodbye."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        self._ready.set()

    async def main_loop(self) -> None:
        while not self._stopping.is_set():
            await self.on_tick(0)  # keeps the Date header, which clients compare their clocks with
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), timeout=1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_GOODBYE_S):
                while self.server_state.connections or self.server_state.tasks:
                    await asyncio.sleep(0.002)

    def stop(self) -> None:
        """From any thread: stop serving."""
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._stopping.set)
