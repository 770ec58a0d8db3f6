"""The thread on which calls and messages happen, on simulated time."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

from vonage_simulator.clock.clock import Clock

Result = TypeVar("Result")


class Engine:
    """An event loop on the simulator's clock, in a thread of its own. Enter it as a context manager."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._loop = clock.new_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="vonage-engine", daemon=True)
        self._tasks: set[asyncio.Task[Any]] = set()

    @contextlib.contextmanager
    def running(self) -> Iterator["Engine"]:
        """Run until the block ends; whatever is still going on then is cancelled."""
        self._thread.start()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._cancel_everything(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    def start(self, work: Coroutine[Any, Any, Result]) -> "Future[Result]":
        """Begin some work from any thread; the future has its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        """Begin some work from any thread, for nobody to wait for; what breaks is logged."""
        self._loop.call_soon_threadsafe(self.spawn, work)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do some work from any other thread and wait for its result."""
        return self.start(work).result()

    async def ask(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do some work, awaited from a coroutine on another loop."""
        return await asyncio.wrap_future(self.start(work))

    def spawn(self, work: Coroutine[Any, Any, Result]) -> "asyncio.Task[Result]":
        """Begin some work from within the engine; the engine keeps hold of it until it is done."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _cancel_everything(self) -> None:
        others = asyncio.all_tasks(self._loop) - {asyncio.current_task(self._loop)}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
