"""A share of a processor, as a function's memory brings it, on a machine that has more."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# Short beside an event, so that it gets its share of any part of it. How long AWS's own is isn't known.
_PERIOD_S = 0.005


@contextmanager
def limited(process: int, share: float) -> Iterator[None]:
    """Let a process run for its share of each few milliseconds, and stop it for the rest."""
    if share >= 1:
        yield
        return
    over = threading.Event()
    watch = threading.Thread(target=_stop_and_go, args=(process, share, over))
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _stop_and_go(process: int, share: float, over: threading.Event) -> None:
    with suppress(ProcessLookupError):
        while not over.wait(_PERIOD_S * share):
            os.kill(process, signal.SIGSTOP)
            over.wait(_PERIOD_S * (1 - share))
            os.kill(process, signal.SIGCONT)
