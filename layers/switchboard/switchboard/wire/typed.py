"""The words the wire types are written in: `TypedDict` and the constraints on a value.

Answering a call must not wait for a validation library, so this module imports none. A constraint here is an
annotated-types *group*: pydantic and hypothesis recognise it by its protocol and unfold it, and only then is
annotated-types (for a pattern, pydantic too) imported. `str(constraint)` is the rule in words; error
messages and the reference pages both use it.
"""

import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, cast

if sys.version_info >= (3, 12):
    from typing import TypedDict
else:  # pydantic refuses the older one, which forgets a key's own Required or NotRequired
    from typing_extensions import TypedDict

__all__ = ["Between", "Characters", "Constraint", "Fits", "Items", "Matches", "Tagged", "TypedDict"]


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

    def __iter__(self) -> Iterator[Any]:
        from annotated_types import Ge, Le

        yield Ge(self.lowest)
        if self.highest is not None:
            yield Le(self.highest)


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


class Tagged(Constraint):
    """A union told apart by one key, so that an error speaks of the shape that was meant and of no other."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"told apart by {key}")

    def __iter__(self) -> Iterator[Any]:
        from pydantic import Discriminator

        yield Discriminator(self.key)
