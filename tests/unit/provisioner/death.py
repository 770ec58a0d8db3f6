"""A Lambda function that dies without a word.

An exception would run `finally` blocks, which a killed process does not. So the delivery runs in a thread
of its own that, after its nth call that changed something at AWS or Vonage, stops for good: nothing of it
ever runs again.
"""

import threading
from collections.abc import Callable


class Death:
    """Ends one delivery after a number of calls that changed something."""

    def __init__(self) -> None:
        self._victim: threading.Thread | None = None
        self._calls_left = 0
        self._struck = threading.Event()
        self.last_call = ""

    def of(self, delivery: Callable[[], object], after_calls: int) -> bool:
        """Run the delivery; whether it died. It lives if it makes fewer calls."""
        ended = threading.Event()

        def run() -> None:
            delivery()
            ended.set()

        self._calls_left, self._struck = after_calls, threading.Event()
        self._victim = threading.Thread(target=run, daemon=True)
        self._victim.start()
        while not ended.wait(0.002):
            if self._struck.is_set():
                return True
        return False

    def may_strike(self, call: str) -> None:
        """Called after every such call of every delivery."""
        if threading.current_thread() is not self._victim:
            return
        self._calls_left -= 1
        if self._calls_left == 0:
            self.last_call = call
            self._struck.set()
            threading.Event().wait()
