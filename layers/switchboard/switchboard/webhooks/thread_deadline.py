"""Cut short what takes too long in another thread than the main one: a test calls a handler there.

A signal reaches the main thread alone, so the exception is put into the thread. It arrives at the next line
of Python: what waits inside C, such as `time.sleep`, is Late as it is on Lambda, but not before it returns.
"""

import ctypes
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Done = TypeVar("Done")

# A thread in which one of these runs stands at a breakpoint.
_DEBUGGERS = {"bdb", "pdb", "pydevd", "_pydevd_bundle", "debugpy"}


def within(seconds: float, work: Callable[[], Done], cut: type[BaseException], again_s: float) -> Done:
    """What `work` returns; cut off after `seconds` of real time.

    Args:
        seconds: how long it may take. Nobody is hurried at a breakpoint.
        work: what to do.
        cut: raised inside the work.
        again_s: seconds after which work that swallowed a cut meets the next one.
    """
    thread, over = threading.get_ident(), threading.Event()

    def watch() -> None:
        wait_s = seconds
        while not over.wait(wait_s):
            if _is_debugged(thread):
                return
            _raise_in(thread, cut)
            wait_s = again_s

    watcher = threading.Thread(target=watch, name="deadline", daemon=True)

    def finish() -> None:
        over.set()
        watcher.join()
        _raise_in(thread, None)  # one that has not arrived yet

    watcher.start()
    try:
        try:
            return work()
        finally:
            with suppress(cut):  # a second one, on its way while the work dies of the first
                finish()
    finally:
        finish()  # again, for the cut that comes just as the first one begins


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), ctypes.py_object(error) if error else None
    )


def _is_debugged(thread: int) -> bool:
    frame = sys._current_frames().get(thread)  # noqa: SLF001 - documented, whatever its name says
    while frame:
        if str(frame.f_globals.get("__name__")).partition(".")[0] in _DEBUGGERS:
            return True
        frame = frame.f_back
    return False
