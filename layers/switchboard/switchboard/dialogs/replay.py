"""The trampoline: a dialog's function, driven from one await to the next by what is recorded.

There is no event loop. The coroutine gets the recorded result of each step until there is none, and is then
left alone: the next webhook begins again, with one result more.
"""

from __future__ import annotations

import os
from binascii import crc32
from typing import TYPE_CHECKING, Any

from switchboard import telemetry
from switchboard.dialogs.steps import CallEnded, Do, Step
from switchboard.errors import DialogChangedError, DialogError, HistoryError, ReturnedError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from switchboard.dialogs.dialog import Dialog
    from switchboard.dialogs.history import Recorded

    Perform = Callable[[Do[Any], int], list[Recorded]]

# Where no line is the user's own: here, and in the standard library.
_NOBODYS = tuple(file.rpartition("/")[0] for file in (__file__, os.__file__))

# Recorded in place of a result, when nobody is there any more.
ENDED = "ended"

_ONLY_OURS = "only what the dialog itself gives can be awaited, as there is no event loop"
# What asyncio says where there is none.
_NEEDS_A_LOOP = ("no running event loop", "There is no current event loop")
_NOBODY_GETS_IT = "nobody gets that: say it by `say` or `act`, send it by `send`"

_OVER = object()


class Waiting:
    """Where a dialog waits.

    Attributes:
        step: what it waits for.
        index: which step that is, those that didn't pause included.
        checksum: of the kinds and shapes of all steps so far, this one included.
        file: the user's own file, by its name; empty where none is known.
        line: in that file.
    """

    __slots__ = ("checksum", "file", "index", "line", "step")

    def __init__(self, step: Step[Any], index: int, checksum: int, place: tuple[str, int]) -> None:
        self.step = step
        self.index = index
        self.checksum = checksum
        self.file, self.line = place


class Replay:
    """One run of a dialog's function.

    Args:
        coroutine: the function, called and not begun.
        dialog: what it was called with.
        recorded: the steps' results, oldest first.
        perform: does an effect, records it, and gives all that is recorded then: an earlier result counts.
    """

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, None],
        dialog: Dialog,
        recorded: list[Recorded],
        perform: Perform,
    ) -> None:
        self._coroutine = coroutine
        self._dialog = dialog
        dialog.recorded = recorded
        self._perform = perform
        self._value: Any = None
        self._failure: BaseException | None = None
        self._stands_at: Step[Any] | None = None

    def until(self, last: int, checksum: int | None = None) -> Waiting | None:
        """Go to the first step behind `last` that pauses; None when the function is over before.

        Whatever happens, the function is closed then, and what it does while it closes has no effect.

        Args:
            last: the step that a webhook brought the result of; -1 for the beginning. Steps behind it that
                pause are left alone, though they may be recorded: a webhook that is delivered again gets the
                same reply.
            checksum: that of the step when it was waited for, if that is known.

        Raises:
            DialogChangedError: the function's steps aren't those that are recorded.
            DialogError: it awaits what isn't the dialog's, or went on after an effect that failed.
            HistoryError: an effect could not be recorded.
            ReturnedError: it returned something.
        """
        try:
            return self.reach(last, checksum)
        finally:
            self.close()

    def reach(self, last: int, checksum: int | None = None) -> Waiting | None:
        """Go there as `until` does, and stay: it may go on with more results, and has to be closed."""
        dialog = self._dialog
        dialog.go_quickly_to(last)
        while (step := self._stands_at or self._next()) is not None:
            self._stands_at = None
            index, known = dialog.index, len(dialog.recorded)
            if step.pauses and (index > last or index >= known):
                self._stands_at = step
                return Waiting(step, index, self._checksum(), self._place())
            if index < known or self._has_done(step):
                if index == last and checksum not in (None, self._checksum()):
                    raise DialogChangedError(f"other steps lead to {self._where()} than when it was asked")
                self._take(step)
        return None

    def go_on(self, recorded: list[Recorded], perform: Perform, last: int) -> Waiting | None:
        """Go on with more results, and other effects, as `until` does."""
        self._dialog.recorded = recorded
        self._perform = perform
        return self.until(last)

    def _next(self) -> Step[Any] | None:
        """The step that the function awaits next, given the result of the one before; None at its end."""
        value, failure = self._value, self._failure
        self._value = self._failure = None
        try:
            step = self._coroutine.throw(failure) if failure else self._coroutine.send(value)
        except CallEnded:
            step = _OVER
        except StopIteration as end:
            if end.value is not None:
                what = type(end.value).__name__
                raise ReturnedError(
                    f"the dialog returned a value of type {what}, and {_NOBODY_GETS_IT}", end.value
                ) from None
            step = _OVER
        except RuntimeError as error:
            if str(error).startswith(_NEEDS_A_LOOP):
                raise DialogError(f"{_ONLY_OURS}: {_users_line(error)}") from error
            raise
        if failure and not isinstance(failure, CallEnded):
            raise self._ignored(failure)
        if step is _OVER:
            return None
        if not isinstance(step, Step):
            raise DialogError(f"{_ONLY_OURS}: {self._where()}")
        if step.pauses and self._dialog.is_over:
            return None
        self._dialog.shapes.append(f"{step.kind}\n{step.shape}")
        return step

    def _checksum(self) -> int:
        return crc32("\n".join(self._dialog.shapes).encode())

    def _has_done(self, step: Step[Any]) -> bool:
        """Do an effect now; gives whether there is a result. The function hears if it fails."""
        assert isinstance(step, Do)  # noqa: S101 - the others pause
        try:
            self._dialog.recorded = self._perform(step, self._dialog.index)
        except (DialogError, HistoryError):
            raise
        except Exception as failure:  # noqa: BLE001 - the user's own
            self._failure = failure
            return False
        return True

    def _take(self, step: Step[Any]) -> None:
        """Hand the function a recorded result, or the end that was recorded in its place."""
        kind, result, _ = self._dialog.recorded[self._dialog.index]
        self._dialog.passed(step)
        if kind == ENDED:
            self._dialog.is_over = True
            self._failure = self._dialog.ended()
        elif kind == step.kind:
            self._value = step.read(result)
        else:
            raise DialogChangedError(f"“{kind}” is “{step.kind}” now: {self._where()}")

    def _ignored(self, failure: BaseException) -> BaseException:
        """The function went on: nothing is recorded, so that a replay would do it once more."""
        error = DialogError(
            f"what `do` called raised {type(failure).__name__}, and the dialog went on to {self._where()}. "
            "Catch it inside of what `do` calls, and return something that says so"
        )
        error.__cause__ = failure
        return error

    def _where(self) -> str:
        file, line = self._place()
        return f"{file}:{line}" if file else "the end"

    def _place(self) -> tuple[str, int]:
        """The innermost line of the user's own that waits."""
        place = ("", 0)
        waits: Any = self._coroutine
        while waits is not None:
            frame = getattr(waits, "cr_frame", None) or getattr(waits, "ag_frame", None)
            if frame is not None and not frame.f_code.co_filename.startswith(_NOBODYS):
                place = (frame.f_code.co_filename.rpartition("/")[2], frame.f_lineno)
            waits = getattr(waits, "cr_await", None) or getattr(waits, "ag_await", None)
        return place

    def close(self) -> None:
        """Leave the function. Its `finally` and `with` run now, as they do at each pause."""
        self._dialog.seal()
        try:
            self._coroutine.close()
        except Exception as failure:  # noqa: BLE001 - such as an await in a `finally`: no reason to lose a call
            telemetry.outcome("NotClosed", "dialog", "WARNING", failure, **telemetry.where(failure))


def _users_line(error: BaseException) -> str:
    """The last line that isn't the standard library's."""
    traceback, line = error.__traceback__, ""
    while traceback:
        file = traceback.tb_frame.f_code.co_filename
        if not file.startswith(_NOBODYS):
            line = f"{file.rpartition('/')[2]}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return line
