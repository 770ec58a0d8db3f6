"""What travels, made fit to be looked at: a stranger's text may hold what a terminal obeys."""

import re

# Controls (C0, delete, C1), line separators, what turns the direction of writing, and halves of characters.
# Source: Unicode Standard, general categories Cc, Zl, Zp, Cs, and UAX #9, table 1.
_OBEYED = "\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_IN_A_LINE = re.compile(f"[{_OBEYED}]")
_IN_A_TEXT = re.compile(rf"(?![\n\t])[{_OBEYED}]")


def printable(text: str, *, lines: bool = False) -> str:
    r"""A text without anything that a terminal would obey: such characters become `\u001b`, as in JSON.

    Args:
        text: Whatever somebody sent.
        lines: Whether line feeds and tabs are to stay. Where each line is said to be something, they may not.
    """
    pattern = _IN_A_TEXT if lines else _IN_A_LINE
    return pattern.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
