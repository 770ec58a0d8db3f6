"""A phone number where somebody wrote it, as part of no other."""

import re

# As people write between digits, and JSON a blank that doesn't break.
_BETWEEN = r"(?:\(0\)|[\s().-]|\\u00a0)*"


def whole(number: str) -> re.Pattern[str]:
    """What finds a number in a text, with blanks or hyphens in it or without, but in no longer number.

    Args:
        number: In international format without `+`.
    """
    return re.compile(rf"(?<![0-9])(?:00)?{_BETWEEN.join(map(re.escape, number))}(?![0-9])")
