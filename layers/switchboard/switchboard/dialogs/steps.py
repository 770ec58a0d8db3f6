"""What a dialog awaits. Each step pauses the function; its result is recorded, and replayed ever after.

A step is cheap to make, since a replay makes all of them again: what Vonage is told is built for the one
that waits, when it does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from switchboard.errors import DialogError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

Result = TypeVar("Result")

LONGEST_RESULT = 32_000


class CallEnded(BaseException):
    """Raised at the dialog's await, once, when nobody is on the line any more.

    A BaseException, as asyncio's CancelledError is: `except Exception` would go on asking a dead line.
    """


class Step(Generic[Result]):
    """Something that the function waits for.

    Attributes:
        kind: one word, which is recorded with the result and compared in each replay.
        pauses: whether a webhook brings the result; else it is made at once.
        shape: what else is compared, as one text: code that has another one has changed. Texts that are
            spoken are no part of it, since a corrected word changes nothing.
    """

    __slots__ = ()

    kind: ClassVar[str]
    pauses: ClassVar[bool] = True
    shape: str = ""

    def __await__(self) -> Generator[Step[Result], Result, Result]:
        """Pause the function here."""
        return (yield self)

    def read(self, recorded: Any) -> Result:  # noqa: ANN401 - JSON
        """The result, from what was recorded of it."""
        result: Result = recorded
        return result


class Do(Step[Result]):
    """An effect on the outside world, whose result is remembered."""

    __slots__ = ("_action", "_arguments", "_named", "shape")

    kind = "do"
    pauses = False

    def __init__(
        self, action: Callable[..., Result], arguments: tuple[Any, ...], named: Mapping[str, Any]
    ) -> None:
        self._action = action
        self._arguments = arguments
        self._named = named
        self.shape = getattr(action, "__qualname__", "")

    def perform(self) -> Any:  # noqa: ANN401 - JSON
        """Do it, and give its result as JSON brings it back, the first time as in each replay.

        Raises:
            DialogError: the result doesn't survive JSON, or is too long to be remembered.
        """
        return remembered(self._action(*self._arguments, **self._named), self.shape)


def remembered(result: object, of: str, did: str = "returned") -> Any:  # noqa: ANN401 - JSON
    """A result as a replay will find it.

    Args:
        result: what is to be remembered.
        of: whose it is, for a message.
        did: how it came by it.

    Raises:
        DialogError: that is another one, or longer than `LONGEST_RESULT` characters.
    """
    try:
        text = json.dumps(result, allow_nan=False)
        again = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise DialogError(f"{of} {did} what can't be remembered as JSON: {error}") from error
    if again != result:
        kind = type(result).__name__
        raise DialogError(
            f"{of} {did} a {kind}, which comes back from JSON as something else (a tuple as a list, a "
            "number as a key as a text): use dicts, lists, texts, numbers, booleans or None"
        )
    if len(text) > LONGEST_RESULT:
        raise DialogError(f"{of} {did} {len(text):,} characters; {LONGEST_RESULT:,} can be remembered")
    return again
