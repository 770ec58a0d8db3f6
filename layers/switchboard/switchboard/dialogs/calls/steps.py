"""What a call's dialog waits for, and the actions that have Vonage tell its webhook when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Never

from switchboard.dialogs.calls.outcomes import ConnectOutcome, Recording
from switchboard.dialogs.steps import Result, Step

if TYPE_CHECKING:
    from switchboard.dialogs.calls.note import Note

    Asked = tuple[Any, int | None, bool, str | None, int]

Action = dict[str, Any]


class CallStep(Step[Result]):
    """A step that Vonage tells us the end of."""

    __slots__ = ()

    def actions(self, url: str, payload: Action) -> list[Action]:
        """The end of the NCCO that the call waits with.

        Args:
            url: where the step's webhooks are to arrive.
            payload: what a notification has to bring.
        """
        raise NotImplementedError


class Said(CallStep[None]):
    """The caller has heard what was said."""

    __slots__ = ()

    kind = "said"

    def actions(self, url: str, payload: Action) -> list[Action]:
        """Tell us, behind what is said."""
        return [_notify(url, payload)]


class Record(CallStep[Recording]):
    """A recording: its own event says where it is, and a notification that the caller is still there."""

    __slots__ = ("_options",)

    kind = "record"

    def __init__(self, options: Action) -> None:
        self._options = options

    def actions(self, url: str, payload: Action) -> list[Action]:
        """Record, then tell us."""
        return [{"action": "record", **self._options, "eventUrl": [url]}, _notify(url, payload)]

    def read(self, recorded: Any) -> Recording:  # noqa: ANN401 - JSON
        """The recording."""
        return Recording(**recorded)


class Connect(CallStep[ConnectOutcome]):
    """Somebody was called: why there was no answer, or that there was one and the conversation is over.

    Args:
        action: the `connect` itself.
        goes_on: whether the caller is asked to stay when the other side has hung up.
        note: what the callee hears first.
    """

    __slots__ = ("_action", "_goes_on", "_note")

    kind = "connect"

    def __init__(self, action: Action, note: Note | None, *, goes_on: bool) -> None:
        self._action = action
        self._goes_on = goes_on
        self._note = note

    def actions(self, url: str, payload: Action) -> list[Action]:
        """Call; the reply to a failure may be another NCCO."""
        call = {**_with_note(self._action, self._note), "eventType": "synchronous", "eventUrl": [url]}
        return [call, _notify(url, payload)] if self._goes_on else [call]

    def read(self, recorded: Any) -> ConnectOutcome:  # noqa: ANN401 - JSON
        """The outcome."""
        return ConnectOutcome(**recorded)


class Screened(Connect):
    """Somebody was called whom the dialog wants in person: it goes on at once when a machine has answered."""

    __slots__ = ()

    kind = "screened"


class Last(CallStep[Never]):
    """The dialog's last word: nothing comes back but the end of the call."""

    __slots__ = ("_action", "_note")

    kind = "last"

    def __init__(self, action: Action | None = None, note: Note | None = None) -> None:
        self._action = action
        self._note = note

    def actions(self, url: str, payload: Action) -> list[Action]:  # noqa: ARG002 - nobody tells us
        """As it is, if there is one."""
        return [_with_note(self._action, self._note)] if self._action else []


def ask_again(url: str, payload: Action, seconds: float) -> list[Action]:
    """Have the step's notification come again a little later: Vonage waits, and not a function."""
    return [{"action": "wait", "timeout": seconds}, _notify(url, payload)]


def _with_note(connect: Action, note: Note | None) -> Action:
    """A `connect` whose callee hears a note first, if there is one."""
    if note is None:
        return connect
    from switchboard.dialogs.calls import note as notes  # for the few who have one

    return notes.with_note(connect, note)


def _notify(url: str, payload: Action) -> Action:
    return {"action": "notify", "payload": payload, "eventUrl": [url]}


def spoken(said: Any) -> Action:  # noqa: ANN401 - a dict, or a tuple that is quicker to make
    """The action that something said is: itself, or of its name, its main member, options and language."""
    if isinstance(said, dict):
        return said
    name, member, value, options, language = said
    in_language = {"language": language} if language else {}
    return {"action": name, member: value, **in_language, **options}
