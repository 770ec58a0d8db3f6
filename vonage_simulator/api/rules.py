"""Rules on the members of a request: each says what is wrong, with the dotted path Vonage would name."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from urllib.parse import urlsplit

from vonage_simulator.api.problems import InvalidParameter
from vonage_simulator.types import Json

LONGEST_NUMBER = 12

Problems = Iterator[InvalidParameter]
Rule = Callable[[str, object], Problems]


def one_of(*allowed: str) -> Rule:
    """A string out of a fixed set."""

    def rule(path: str, value: object) -> Problems:
        if value not in allowed:
            yield InvalidParameter(path, f"must be one of: {', '.join(allowed)}")

    return rule


def between(low: int, high: int) -> Rule:
    """An integer in a range, both ends included."""

    def rule(path: str, value: object) -> Problems:
        if not isinstance(value, int) or isinstance(value, bool):
            yield InvalidParameter(path, "must be an integer")
        elif not low <= value <= high:
            yield InvalidParameter(path, f"must be between {low} and {high}")

    return rule


def boolean(path: str, value: object) -> Problems:
    """True or false, not their spelling as text."""
    if not isinstance(value, bool):
        yield InvalidParameter(path, "must be a boolean")


def text(path: str, value: object) -> Problems:
    """Some text."""
    if not isinstance(value, str) or not value:
        yield InvalidParameter(path, "must be a non-empty string")


def whole_number(sent: str) -> int:
    """A whole number that was sent as text; -1 for anything else, or longer than anybody counts."""
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= LONGEST_NUMBER else -1


def digits(low: int, high: int | None) -> Rule:
    """A whole number in a query string."""

    def rule(path: str, value: object) -> Problems:
        number = whole_number(value) if isinstance(value, str) else -1
        if number < low or (high is not None and number > high):
            limit = f"between {low} and {high}" if high is not None else f"{low} or more"
            yield InvalidParameter(path, f"must be {limit}")

    return rule


def one_url(path: str, value: object) -> Problems:
    """An array with exactly one http(s) URL."""
    if (
        not isinstance(value, list)
        or len(value) != 1
        or not isinstance(value[0], str)
        or not _is_url(value[0])
    ):
        yield InvalidParameter(path, "must be an array of one URL")


def an_object(path: str, value: object) -> Problems:
    """A part the simulator keeps without looking inside."""
    if not isinstance(value, dict):
        yield InvalidParameter(path, "must be an object")


def empty(path: str, value: object) -> Problems:
    """An object without members."""
    if value != {}:
        yield InvalidParameter(path, "must be an empty object")


def moment(path: str, value: object) -> Problems:
    """A date and time in ISO 8601."""
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        yield InvalidParameter(path, "must be a date and time in ISO 8601")


def address(path: str, value: object) -> Problems:
    """An http(s) URL, or the empty string that an unset fallback reads as."""
    if not isinstance(value, str):
        yield InvalidParameter(path, "must be a string")
    elif value and not _is_url(value):
        yield InvalidParameter(path, "must be a valid URL")


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in value


def fields(rules: dict[str, Rule], required: tuple[str, ...] = ()) -> Rule:
    """An object whose known members follow their rules; unknown members are `unknown_fields`' business."""

    def rule(path: str, value: object) -> Problems:
        if not isinstance(value, dict):
            yield InvalidParameter(path, "must be an object")
            return
        for name in required:
            if name not in value:
                yield InvalidParameter(join(path, name), "is required")
        for name, check in rules.items():
            if name in value:
                yield from check(join(path, name), value[name])

    rule.known = rules  # type: ignore[attr-defined]
    return rule


def join(path: str, name: str) -> str:
    """A dotted path; the outermost object has the empty one."""
    return f"{path}.{name}" if path else name


def unknown_members(path: str, value: object, rule: Rule) -> Iterator[str]:
    """Dotted paths of the members that no rule knows."""
    known: dict[str, Rule] | None = getattr(rule, "known", None)
    if known is None or not isinstance(value, dict):
        return
    for name, member in value.items():
        if name in known:
            yield from unknown_members(join(path, name), member, known[name])
        else:
            yield join(path, name)


def without(value: Json, paths: Collection[str], path: str = "") -> Json:
    """An object without the members at these dotted paths."""
    kept = {name: member for name, member in value.items() if join(path, name) not in paths}
    return {
        name: without(member, paths, join(path, name)) if isinstance(member, dict) else member
        for name, member in kept.items()
    }
