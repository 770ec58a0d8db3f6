"""The secret's first read, begun while Lambda starts the function, aside of what else is loaded then.

Most of a first event's time is this read: the client, the roots, a TLS connection. Lambda's INIT has more of
a processor than an event has, and is often over before there is an event. Nothing depends on it: whatever
goes wrong here is left to the first event, which reads as if nothing had been tried.

Source: AWS, "Defined runtime environment variables" (`AWS_LAMBDA_INITIALIZATION_TYPE`) and "Lambda execution
environment" (it is frozen once the runtime asks for the next event, and there is none).
"""

import os
import threading
from collections.abc import Callable

from switchboard.aws.secret import Version, apart
from switchboard.errors import SecretError

# A snapshot has no credentials, and all of its copies would share what was read.
_INITIALIZATIONS = ("on-demand", "provisioned-concurrency")

# How long INIT waits for it, from when it began: an environment that is frozen in the middle of a read thaws
# with a dead connection.
_INIT_WAITS_S = 0.5
# How long the first event does, from when it began: as long as a read of its own may take.
_EVENT_WAITS_S = 1.5


class FirstRead:
    """One read of the current version, in a thread.

    Args:
        read: reads it.
        clock: Unix time in seconds.

    Attributes:
        begun_at: when, by the clock: how old it is what was read.
    """

    def __init__(self, read: Callable[[], Version], clock: Callable[[], float]) -> None:
        self.begun_at = clock()
        self._read = read
        self._clock = clock
        self._found: Version | None = None
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="first read", daemon=True)
        self._thread.start()

    def settle(self) -> None:
        """Let it come to its end, for a moment: INIT is over afterwards."""
        self._thread.join(max(0, self.begun_at + _INIT_WAITS_S - self._clock()))

    def found(self) -> Version | None:
        """What it found; None if the first event has to read for itself.

        Raises:
            SecretError: the event has waited for it, in vain: that was its own try. Or whatever else it
                failed by.
        """
        if not self._thread.is_alive():
            return self._found
        left_s = self.begun_at + _EVENT_WAITS_S - self._clock()
        if left_s <= 0:
            return None  # frozen on its way
        self._thread.join(left_s)
        if self._found is None:
            raise self._failure or SecretError("Secrets Manager did not answer in time.")
        return self._found

    def _run(self) -> None:
        try:
            self._found = apart(self._read)
        except Exception as failure:  # noqa: BLE001 - the first event's to tell, if it fails there, too
            self._failure = failure


def begin(read: Callable[[], Version], clock: Callable[[], float]) -> FirstRead | None:
    """Begin to read, if Lambda is starting a function; anything else that imports one asks nobody."""
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") not in _INITIALIZATIONS:
        return None
    return FirstRead(read, clock)
