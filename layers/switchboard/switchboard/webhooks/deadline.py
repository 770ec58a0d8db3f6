"""Cut short what takes too long, so that a waiting caller is answered in time."""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from switchboard.environment import answer_budget_s
from switchboard.request import Request

# Work that swallows the first cut meets the next one.
_AGAIN_S = 0.2

# What is queued while a caller waits gets this long. Where the flow took its whole time it gets what is left
# of the 5 s that Vonage waits (`socket_timeout` in template.yaml), less what the reply takes to get there.
_QUEUES_S, _QUEUES_LEAST_S = 1.5, 0.5
_VONAGE_WAITS_S = 5 - 0.3

# What is left of Lambda's own time when a flow that nobody waits for is cut: Vonage still gets its reply.
_RESERVE_S = 0.5

Done = TypeVar("Done")


class Late(BaseException):
    """Raised inside work that is out of time; a BaseException, which `except Exception` does not swallow."""


def is_late(failure: BaseException) -> bool:
    """Whether work was cut: tasks of a group that were, are told of in a group."""
    return isinstance(failure, Late) or (
        isinstance(failure, BaseExceptionGroup) and failure.subgroup(Late) is not None
    )


def caller_waits_s(request: Request, context: object) -> float:
    """Seconds until the caller has waited long enough; `context` is Lambda's own."""
    return min(request.received_at + answer_budget_s() - time.time(), lambda_left_s(context))


def queues_wait_s(request: Request) -> float:
    """Seconds that the queues may take together after the flow, while a caller waits for the reply."""
    left = request.received_at + _VONAGE_WAITS_S - time.time()
    return max(_QUEUES_LEAST_S, min(_QUEUES_S, left))


def lambda_left_s(context: object) -> float:
    """Seconds until Lambda ends the function, less what the response takes."""
    remaining_ms = getattr(context, "get_remaining_time_in_millis", lambda: 900_000)()
    return float(remaining_ms) / 1000 - _RESERVE_S


def within(seconds: float, work: Callable[[], Done]) -> Done:
    """What `work` returns; cut off after `seconds` of real time, wherever it is.

    A signal cuts the main thread, which is where Lambda calls a handler.

    Raises:
        Late: the time is over.
    """
    if seconds <= 0:
        raise Late
    if threading.current_thread() is not threading.main_thread():
        from switchboard.webhooks import thread_deadline  # ctypes, which Lambda never needs

        return thread_deadline.within(seconds, work, Late, _AGAIN_S)
    if signal.getsignal(signal.SIGALRM) is not _cut:  # others may use the signal too
        signal.signal(signal.SIGALRM, _cut)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_S)
            return work()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except BaseException:
        # Again, for the cut that comes just as the `finally` begins; the next one is _AGAIN_S away.
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise


def _cut(_signal: int, _frame: FrameType | None) -> None:
    raise Late
