"""The words the wire types are written in: `TypedDict` and the constraints on a value.

Answering a call must not wait for a validation library, so this module imports none. A constraint here is an
annotated-types *group*: pydantic and hypothesis recognise it by its protocol and unfold it, and only then is
annotated-types (for a pattern, pydantic too) imported. `str(constraint)` is the rule in words; error
messages and the reference pages both use it.
"""

import re
import sys
from collections.abc import Callable, Collection, Iterator
from typing import Any, Literal, cast

if sys.version_info >= (3, 12):
    from typing import TypedDict
else:  # pydantic refuses the older one, which forgets a key's own Required or NotRequired
    from typing_extensions import TypedDict

__all__ = [
    "Between", "Characters", "Clamped", "Constraint", "Doubt", "Fits", "HandedOn", "Items", "Matches", "Open",
    "Tagged", "TypedDict", "Usual",
]  # fmt: skip

# Why something is doubtful, which the simulated Vonage has switches for; an unknown key needs no word.
Doubt = Literal[
    "text for a number", "number for a text", "spelling", "clamped", "input without type", "caller id",
    "connect timeout", "lifetime", "new value", "handed on",
]  # fmt: skip


class Constraint:
    """A rule on one value, readable by pydantic, hypothesis and people."""

    __is_annotated_types_grouped_metadata__ = True

    def __init__(self, rule: str) -> None:
        self.rule = rule

    def __str__(self) -> str:
        return self.rule

    def __iter__(self) -> Iterator[Any]:
        """Unfold into the annotated-types (or pydantic) constraints that enforce the rule."""
        raise NotImplementedError


class Between(Constraint):
    """A number with a lowest value and, unless it is open, a highest one; both are allowed values."""

    def __init__(self, lowest: float, highest: float | None = None) -> None:
        self.lowest, self.highest = lowest, highest
        super().__init__(f"{lowest} or more" if highest is None else f"from {lowest} to {highest}")

    def holds(self, number: float) -> bool:
        """Whether a number is within."""
        return self.lowest <= number and (self.highest is None or number <= self.highest)

    def __iter__(self) -> Iterator[Any]:
        from annotated_types import Ge, Le

        yield Ge(self.lowest)
        if self.highest is not None:
            yield Le(self.highest)


class Clamped(Between):
    """A number that Vonage brings into the range, where we would refuse it."""

    def clamp(self, number: float) -> float:
        """The number, or the limit that it is beyond."""
        highest = number if self.highest is None else self.highest
        return min(max(number, self.lowest), highest)


class _Length(Constraint):
    def __init__(self, shortest: int, longest: int | None, unit: str) -> None:
        self.shortest, self.longest = shortest, longest
        if longest is None:
            super().__init__(f"{shortest} or more {unit}")
        elif shortest == longest:
            super().__init__(f"exactly {shortest} {unit}".removesuffix("s" if shortest == 1 else ""))
        else:
            super().__init__(f"{shortest} to {longest} {unit}")

    def __iter__(self) -> Iterator[Any]:
        from annotated_types import MaxLen, MinLen

        yield MinLen(self.shortest)
        if self.longest is not None:
            yield MaxLen(self.longest)


class Characters(_Length):
    """A text of so many characters."""

    def __init__(self, shortest: int, longest: int | None = None) -> None:
        super().__init__(shortest, longest, "characters")


class Items(_Length):
    """A list of so many items."""

    def __init__(self, shortest: int, longest: int | None = None) -> None:
        super().__init__(shortest, longest, "items")


class Matches(Constraint):
    """A text that a regular expression matches from beginning to end; `rule` says it in words."""

    def __init__(self, pattern: str, rule: str) -> None:
        self.pattern = pattern
        super().__init__(rule)

    def __iter__(self) -> Iterator[Any]:
        from annotated_types import Predicate
        from pydantic import StringConstraints

        # One for pydantic and its JSON Schemas, one for hypothesis.
        yield StringConstraints(pattern=f"^(?:{self.pattern})$")
        yield Predicate(cast("Callable[[Any], bool]", re.compile(self.pattern).fullmatch))


class Fits(Constraint):
    """A value that a function accepts; `rule` says in words what it looks for."""

    def __init__(self, accepts: Callable[[Any], bool], rule: str) -> None:
        self.accepts = accepts
        super().__init__(rule)

    def __iter__(self) -> Iterator[Any]:
        from annotated_types import Predicate

        yield Predicate(self.accepts)


class Usual(Constraint):
    """A rule that Vonage isn't known to refuse by: its own sources disagree, or say what happens instead.

    What we write keeps to it. What breaks it is doubtful; a number is refused beyond what is `possible`.
    """

    def __init__(self, rule: Constraint, doubt: Doubt, possible: Between | None = None) -> None:
        self.usual, self.doubt, self.possible = rule, doubt, possible
        super().__init__(
            f"{rule} ({possible} in some of Vonage's sources)" if possible else f"{rule}, usually"
        )

    def __iter__(self) -> Iterator[Any]:
        yield from self.usual

    def is_broken_for_sure(self, value: object) -> bool:
        """Whether no source allows the value."""
        return self.possible is not None and isinstance(value, int | float) and not self.possible.holds(value)


class Open(Constraint):
    """A list of values that Vonage adds to: a text that is in no list of ours is doubtful, not wrong.

    `known` are all those that are documented anywhere: one of them in the wrong place is wrong.
    """

    def __init__(self, known: Collection[str]) -> None:
        self.known = known
        super().__init__("")

    def __iter__(self) -> Iterator[Any]:
        yield from ()

    def may_be_new(self, value: object) -> bool:
        """Whether Vonage may have added it."""
        return isinstance(value, str) and value not in self.known


class HandedOn(Constraint):
    """A value that Vonage hands on to a channel as it is, so what is wrong inside is the channel's to refuse.

    What we write keeps to the types inside; what breaks them is doubtful.
    """

    def __init__(self) -> None:
        super().__init__("handed on as it is")

    def __iter__(self) -> Iterator[Any]:
        yield from ()


class Tagged(Constraint):
    """A union told apart by one key, so that an error speaks of the shape that was meant and of no other."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"told apart by {key}")

    def __iter__(self) -> Iterator[Any]:
        from pydantic import Discriminator

        yield Discriminator(self.key)
