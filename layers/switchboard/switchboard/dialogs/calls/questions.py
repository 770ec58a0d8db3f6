"""A call's questions, as Vonage is told them: what is asked, and what is listened for."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from switchboard.dialogs.calls.steps import Action, CallStep, spoken
from switchboard.dialogs.steps import Result
from switchboard.errors import DialogError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Asked = tuple[Any, int | None, bool, str | None, int]

KEYS = frozenset("0123456789*#")
MOST_KEYS = 20


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
