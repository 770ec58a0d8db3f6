"""Compare what we know of a shape with what an SDK knows, both ways; a difference is a sentence."""

from collections.abc import Iterator, Mapping, Sequence

from tests.contract.radar.fields import Field

Shape = Mapping[str, Field]


def differences(ours: Shape, theirs: Shape) -> Iterator[tuple[str, str]]:
    """Each difference as a path and what differs there.

    Silence is no difference: an SDK often leaves limits and lists of values to Vonage, and either side may
    say nothing of what is inside a list or an object.
    """
    for path in sorted({*ours, *theirs}):
        if path in ours and path in theirs:
            yield from ((path, what) for what in _at(ours[path], theirs[path]))
        elif path not in ours and _speaks_below(_parent(path), ours):
            yield path, "only the SDK has it"
        elif path not in theirs and _speaks_below(_parent(path), theirs):
            yield path, "only we have it"


def _parent(path: str) -> str:
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]


def _speaks_below(path: str, shape: Shape) -> bool:
    """Whether a shape names anything inside the field; of a field that it lacks, the field itself is told."""
    return any(other and _parent(other) == path for other in shape if other != path)


def _at(ours: Field, theirs: Field) -> Iterator[str]:
    if ours.required != theirs.required:
        yield "we alone require it" if ours.required else "the SDK alone requires it"
    if "anything" in ours.kinds or "anything" in theirs.kinds:
        return
    we, they = _comparable(ours.kinds, theirs.kinds)
    if we != they:
        yield f"the SDK takes {_any_of(they)}, we take {_any_of(we)}"
    yield from _values(ours, theirs)
    yield from _limits("values", ours.span, theirs.span)
    yield from _limits("lengths", ours.length, theirs.length)


def _comparable(ours: Sequence[str], theirs: Sequence[str]) -> tuple[list[str], list[str]]:
    """JavaScript has but one kind of number, which the Node SDK's fields have as `any number`."""
    if "any number" in theirs:
        numbers = {"whole number", "number"}
        ours = sorted({"any number" if kind in numbers else kind for kind in ours})
    return list(ours), list(theirs)


def _values(ours: Field, theirs: Field) -> Iterator[str]:
    if not theirs.values:
        return
    if not ours.values:
        yield "the SDK lists values, we take any"
        return
    only_we, only_they = set(ours.values) - set(theirs.values), set(theirs.values) - set(ours.values)
    if only_they:
        yield f"only the SDK knows {_any_of(sorted(only_they))}"
    if only_we:
        yield f"only we know {_any_of(sorted(only_we))}"


def _limits(what: str, ours: Sequence[float | None], theirs: Sequence[float | None]) -> Iterator[str]:
    if any(end not in (None, our_end) for end, our_end in zip(theirs, ours, strict=True)):
        yield f"{what} of the SDK {_range(theirs)}, ours {_range(ours)}"


def _range(ends: Sequence[float | None]) -> str:
    lowest, highest = (None if end is None else f"{end:g}" for end in ends)
    if lowest is None:
        return "unlimited" if highest is None else f"up to {highest}"
    return f"from {lowest}" if highest is None else f"{lowest} to {highest}"


def _any_of(words: Sequence[str]) -> str:
    return ", ".join(words)
