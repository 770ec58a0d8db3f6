"""What has to be known of a function before it is asked: whether it is being replaced, or can't start.

Functions are named by their folders.
"""

import contextlib
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from local.telling.responses import Json


@dataclass
class Functions:
    """The functions of a stack that follows the code on disk.

    Attributes:
        crashed: Why a function can't start, as the simulated Vonage is told.
    """

    crashed: dict[str, Json] = field(default_factory=dict)
    _replaced: set[str] = field(default_factory=set)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @contextlib.contextmanager
    def replacing(self, names: Collection[str]) -> Iterator[None]:
        """Let requests for these functions wait until the block ends."""
        with self._changed:
            self._replaced.update(names)
        try:
            yield
        finally:
            with self._changed:
                self._replaced.difference_update(names)
                self._changed.notify_all()

    def wait(self, name: str) -> None:
        """Wait until a function isn't being replaced."""
        with self._changed:
            self._changed.wait_for(lambda: name not in self._replaced)
