"""What a call's dialog waits for, and the actions that have Vonage tell its webhook when it is done."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Never

from switchboard.dialogs.calls.outcomes import ConnectOutcome, Recording
from switchboard.dialogs.steps import Result, Step
from switchboard.errors import DialogError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from switchboard.dialogs.calls.note import Note

    Asked = tuple[Any, int | None, bool, str | None, int]

Action = dict[str, Any]

KEYS = frozenset("0123456789*#")
MOST_KEYS = 20


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


@functools.lru_cache(maxsize=256)
def asked(choices: tuple[str, ...]) -> str:
    """The kind and shape of a question with these choices."""
    return f"{Ask.kind}\n{' '.join(sorted(choices))}"


class Question(CallStep[Result]):
    """Something is asked, and keys or words are listened for.

    Args:
        choices: what is expected: keys, or words, which are listened for then; None is nothing in particular.
        asked: what asks, a text or an action, which the caller may interrupt; how many keys are taken without
            choices, `MOST_KEYS` unless words are; whether words are; the language of both; and the seconds to
            wait for the first key or word, and for the next key. One tuple, which a replay is quick to keep.
    """

    __slots__ = ("_asked", "_choices", "shape")

    def __init__(self, choices: Mapping[str, Any] | None, asked: Asked) -> None:
        self._choices = choices
        self._asked = asked
        self.shape = " ".join(sorted(choices or ()))

    def actions(self, url: str, payload: Action) -> list[Action]:  # noqa: ARG002 - an input needs none
        """Ask, and listen."""
        asks, max_digits, speech, language, timeout_s = self._asked
        words, max_digits = self._expected(max_digits, speech=speech)
        listen: Action = {"action": "input", "type": [], "eventUrl": [url]}
        if max_digits:
            listen["type"].append("dtmf")
            listen["dtmf"] = {"maxDigits": max_digits, "timeOut": min(timeout_s, 10)}
            if max_digits > 1 and not any("#" in choice for choice in self._choices or ()):
                listen["dtmf"]["submitOnHash"] = True
        if words is not None:
            listen["type"].append("speech")
            spoken_in = {"language": language} if language else {}
            context = {"context": words} if words else {}
            listen["speech"] = {"startTimeout": timeout_s, **spoken_in, **context}
        if not listen["type"]:
            raise DialogError("a question has no choices")
        if isinstance(asks, str):
            asks = spoken(("talk", "text", asks, {}, language))
        return [{**asks, "bargeIn": True}, listen]

    def _expected(self, max_digits: int | None, *, speech: bool) -> tuple[list[str] | None, int | None]:
        """The words that are listened for, None for no listening; and how many keys are taken, if any."""
        if self._choices is None:
            return [] if speech else None, max_digits or (None if speech else MOST_KEYS)
        keys = [choice for choice in self._choices if KEYS.issuperset(choice)]
        words = [choice for choice in self._choices if choice not in keys]
        return words or None, max(map(len, keys), default=None)


class Ask(Question[str]):
    """What was pressed or said; empty for silence."""

    __slots__ = ()

    kind = "ask"


class AskSecret(Question[Any]):
    """Keys that are checked and never kept: the result is what the check made of them; None for silence."""

    __slots__ = ("check",)

    kind = "secret"

    def __init__(self, check: Callable[[str], Any], asked: Asked) -> None:
        super().__init__(None, asked)
        self.check = check


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
