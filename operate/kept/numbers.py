"""A phone number where somebody wrote it, as part of no other."""

import re

# As people write between digits, and JSON blanks that don't break, long hyphens and what can't be seen.
_BETWEEN = r"(?:\(\s*0\s*\)|[\s()./'\u2010-\u2013-]|\\u(?:00a0|20[0-9a-f]{2}))*"


def whole(number: str) -> re.Pattern[str]:
    """What finds a number in a text, with blanks or hyphens in it or without, but in no longer number.

    Args:
        number: In international format without `+`.
    """
    return re.compile(rf"(?<![0-9])(?:00)?{_BETWEEN.join(map(re.escape, number))}(?![0-9])")
