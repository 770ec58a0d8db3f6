"""What somebody types after an option: read once, or refused with a sentence that says how to write it."""

import re
from argparse import ArgumentTypeError
from datetime import UTC, datetime

_NUMBER = re.compile(r"[0-9]{7,15}")


def number(text: str) -> str:
    """A phone number in international format without `+`."""
    if not _NUMBER.fullmatch(text):
        raise ArgumentTypeError(f"{text!r} isn't a number; give 7 to 15 digits without +: 447700900111")
    return text


def minutes(text: str) -> int:
    """A whole number of minutes."""
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} isn't a whole number of minutes, such as 15")
    return int(text)


def port(text: str) -> int:
    """A port that a server can listen on."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ArgumentTypeError(f"{text!r} isn't a port; give a number from 1 to 65535")
    return int(text)


def truth(text: str) -> bool:
    """`true` or `false`; anything else is refused, as nobody who types `REPAIR=yes` means no."""
    if text not in ("true", "false"):
        raise ArgumentTypeError(f"{text!r} isn't true or false")
    return text == "true"


def consent(text: str) -> bool:
    """`yes`, and nothing that could be meant otherwise."""
    if text != "yes":
        raise ArgumentTypeError(f"{text!r} isn't yes")
    return True


def moment(text: str) -> datetime:
    """A time such as `2026-11-23T08:00`, in UTC unless it says otherwise."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} isn't a time, such as 2026-11-23T08:00 (UTC)") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
