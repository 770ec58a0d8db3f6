"""Telephone numbers as Vonage writes them: E.164 digits without `+`.

Source: Vonage Numbers API reference (msisdn: no `+`, no leading zeros).
"""

import re
from decimal import Decimal

from switchboard.reading import msisdn

# What CloudFormation makes of a long number without quotes: 447700900000 becomes 4.477009E11.
E_NOTATION = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]{1,2}", re.IGNORECASE)


def normalise(text: str) -> str:
    """The msisdn in a number as people write it: `+44 7700 900000` is `447700900000`.

    Raises:
        ValueError: it is not an international number; the text says why.
    """
    if E_NOTATION.fullmatch(text.strip()):
        text = _whole(text.strip())
    digits = msisdn(text)
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{text!r} is not a telephone number; write digits, as in 447700900000")
    if digits.startswith("0"):
        raise ValueError(f"{text!r} is in national form; write it with the country code, as in 447700900000")
    if not 7 <= len(digits) <= 15:
        raise ValueError(f"{text!r} has {len(digits)} digits; an international number has 7 to 15")
    return digits


def _whole(text: str) -> str:
    """The digits of a number in E-notation."""
    number = Decimal(text)
    if number != number.to_integral_value():
        raise ValueError(f"{text!r} has lost digits in the template; write the number in quotes")
    return f"{number:f}".partition(".")[0]


def read_numbers(value: object) -> list[str]:
    """The numbers in a list or a comma-separated string, each once, in the order given.

    Raises:
        ValueError: one of them is not an international number.
    """
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list):
        raise ValueError("a list of numbers, or one string with commas between them")
    numbers = [normalise(str(item)) for item in items if str(item).strip()]
    return list(dict.fromkeys(numbers))


def masked(msisdn: str) -> str:
    """A number as it may be logged: its last four digits."""
    return f"…{msisdn[-4:]}"
