"""One request of a call's dialog: its history is written and replayed, until it waits again or is over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from switchboard.dialogs.calls.call import Call
from switchboard.dialogs.calls.questions import AskSecret
from switchboard.dialogs.calls.steps import Connect, Record
from switchboard.dialogs.history import History, Item
from switchboard.dialogs.replay import ENDED, Replay, Waiting
from switchboard.dialogs.steps import remembered
from switchboard.errors import DialogChangedError, NoChoiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from switchboard.dialogs.history import Recorded
    from switchboard.dialogs.steps import Do

    CallFlow = Callable[[Call], Coroutine[Any, Any, None]]

# The limit of `connect`, `record` and `wait`; then what is recorded is kept for a day.
LONGEST_STEP_S = 2 * 3600
LIFETIME_S = 24 * 3600 + LONGEST_STEP_S

# What an answer request has that no later webhook of the call repeats, besides `region_url`, which travels
# with the call's addresses.
_SAID_ONCE = ("custom_data", "from_user")


class _UntriedEffect(BaseException):
    """Raised in place of an effect where nothing is to be done."""


class CallRun:
    """One request of a call's dialog.

    Args:
        flow: the user's function.
        request: what the answer webhook said, `at` with it; what is known of it, until the history says more.

    Attributes:
        call: what the function was last called with.
        history: what is recorded, as far as this request knows.
        commands: what is to be sent, each with its id.
        gave_up: whether the caller gave no answer, and the function didn't catch that.
    """

    def __init__(self, flow: CallFlow, request: Mapping[str, Any]) -> None:
        self.call = Call(request)
        self.history: History | None = None
        self.commands: list[dict[str, Any]] = []
        self.gave_up = False
        self._flow = flow
        self._item = Item(self.call.id, LIFETIME_S)
        self._only_looks = self._has_to_do = False

    def begin(self) -> Waiting | None:
        """The call has come. Nothing is written, unless what comes later needs it."""
        waiting = self.play(-1)
        if self.history is None and (_is_unusual(self.call.request) or _calls(waiting)):
            self.history = self._item.begin(self.call.request)
        if self.history and self.history.begun not in (None, self.call.request):
            self.commands = []  # Vonage asks once more: it goes on as it began
            waiting = self._adopt(self.history).play(-1)
        return waiting

    def try_out(self) -> Waiting | None:
        """A deployment's own call: it goes up to the first step or effect, and nothing is written."""
        self._only_looks = True
        return self.play(-1)

    def resume(self, index: int, checksum: int, result: Recorded) -> Waiting | None:
        """A step has its result, or has had one before, which then counts."""
        begun = self.call.request if index == 0 else None
        return self.go_on(self._item.record(index, result, begun), index, checksum)

    def go_on(self, history: History, index: int, checksum: int) -> Waiting | None:
        """Go on from a step whose result is in the history."""
        self._adopt(history)
        if history.was_left:
            raise DialogChangedError("this call was left before, as its code had changed")
        if index >= len(history.recorded):
            raise DialogChangedError("the history of this call is gone")
        waiting = self.play(index, checksum)
        if self.history and self.history.has_ended:
            waiting = self._go_on_alone(waiting)
        return waiting

    def keep(self, index: int, checksum: int, result: Recorded) -> None:
        """Record a result that nobody waits for the reply to: the next webhook, or the end, goes on with it.

        That of a recording may come after the end, and is then what goes on.
        """
        history = self._item.record(index, result)
        if history.has_ended and result[0] == Record.kind:
            self.go_on(history, index, checksum)

    def leave(self) -> None:
        """The call doesn't go on with this dialog, whatever comes."""
        self._item.leave()

    def annotate(self, index: int, note: Any) -> History:  # noqa: ANN401 - JSON
        """Keep what is known of a step before its result."""
        return self._item.annotate(index, note, self.call.request if index == 0 else None)

    def check(self, index: int, heard: str) -> Any:  # noqa: ANN401 - JSON
        """What the check of a secret makes of what was heard; None of silence."""
        history = self._item.read() or History({})
        if index < len(history.recorded):
            return None  # it has a result, which counts
        if index > len(history.recorded):  # else what led here would be done again
            raise DialogChangedError("the history of this call is gone")
        waiting = self._adopt(history).play(index - 1)
        self.commands = []
        if waiting is None or waiting.index != index or not isinstance(waiting.step, AskSecret):
            raise DialogChangedError("no secret is asked for here any more")
        check = waiting.step.check
        return remembered(check(heard), getattr(check, "__qualname__", "check")) if heard else None

    def play(self, last: int, checksum: int | None = None) -> Waiting | None:
        """Run the function, up to the pause behind a step."""
        self.call = Call(self.call.request)
        self.gave_up = False
        recorded = self.history.recorded if self.history else []
        try:
            replay = Replay(self._flow(self.call), self.call, recorded, self._perform)
            return replay.until(last, checksum)
        except NoChoiceError:
            self.gave_up = True
            return None
        except _UntriedEffect:
            self._has_to_do = True
            return None
        finally:
            self.commands += self.call.commands

    def _go_on_alone(self, waiting: Waiting | None) -> Waiting | None:
        """Nobody is there: the function hears it where it waits, unless there is a result yet to come."""
        while waiting and not self.call.is_over:
            if isinstance(waiting.step, Record):
                return waiting  # its own event will come
            note = self.history.note(waiting.index) if self.history else None
            result: Recorded = [ENDED, None, time.time()]
            if isinstance(waiting.step, Connect) and note:
                result = [waiting.step.kind, {"status": "answered"}, time.time()]
            self._adopt(self._item.record(waiting.index, result))
            waiting = self.play(waiting.index)
        return waiting

    def _adopt(self, history: History) -> CallRun:
        self.history = history
        if history.begun:
            self.call = Call(history.begun)
        return self

    def _perform(self, step: Do[Any], index: int) -> list[Recorded]:
        if self._only_looks:
            raise _UntriedEffect
        if self.history is None:
            self.history = self._item.begin(self.call.request)
        if index >= len(self.history.recorded):
            self._make_way()
            self.history.refuse_if_full()
            self.history = self._item.record(index, [step.kind, step.perform(), time.time()])
        if index >= len(self.history.recorded):
            raise DialogChangedError("the history of this call is gone")
        return self.history.recorded

    def _make_way(self) -> None:
        """Let others do an effect whom it may be left to. Of a webhook's own step there is nobody else."""


def _calls(waiting: Waiting | None) -> bool:
    """Whether it is a connect that waits: its events are about another leg than the caller's."""
    return waiting is not None and isinstance(waiting.step, Connect)


def _is_unusual(request: Mapping[str, Any]) -> bool:
    """Whether the call brings what no later webhook repeats."""
    return request.get("endpoint_type", "phone") != "phone" or any(
        name in _SAID_ONCE or name.startswith("SipHeader_") for name in request
    )
