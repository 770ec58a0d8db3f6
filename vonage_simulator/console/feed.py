"""What happens in the simulator, brought to the page: journal entries, on the page's own event loop."""

import asyncio
from collections.abc import Callable

from vonage_simulator.journal.journal import Journal, Listener
from vonage_simulator.types import Json


class Feed:
    """The journal as one page follows it, from the moment it is opened until it is closed.

    Entries are written on the threads of calls and requests; readers are called on the loop that opened the
    feed.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._readers: list[Listener] = []
        self._stop = journal.listen(self._pass_on)

    def read(self, reader: Listener) -> None:
        """Call `reader` with every entry from now on."""
        self._readers.append(reader)

    def call_soon(self, work: Callable[[], None]) -> None:
        """Do something on the page's loop, from any thread; nothing once the page is closed."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(work)

    def close(self) -> None:
        """The page is gone."""
        self._stop()
        self._readers = []

    def _pass_on(self, entry: Json) -> None:
        self.call_soon(lambda: self._read(entry))

    def _read(self, entry: Json) -> None:
        for reader in list(self._readers):
            reader(entry)
