"""One line of the page: what is expected, how to look, and what was seen."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from operate.smoke.bench import Bench


class Verdict(StrEnum):
    """What became of a line."""

    OK = "ok"
    DIFFERS = "differs"
    NOT_TRIED = "not tried"


@dataclass(frozen=True)
class Line:
    """Something that AWS is expected to do.

    Attributes:
        word: Its name for `--only`.
        expected: What should be seen.
        look: Looks, and returns what was seen when that is as expected; raises DiffersError when it isn't,
            NotTriedError when there was nothing to look at, and whatever AWS raises.
        needs_vonage: Whether it needs a Vonage account's credentials.
        impossible_there: Why the embedded AWS can't show it; empty when it can.
        weaker_there: What it proves less in the embedded AWS.
    """

    word: str
    expected: str
    look: Callable[[Bench], str]
    needs_vonage: bool = False
    impossible_there: str = ""
    weaker_there: str = ""


@dataclass(frozen=True)
class Result:
    """What was seen, for how long one looked in seconds, and whether that is what was expected."""

    line: Line
    verdict: Verdict
    seen: str
    took_s: float
