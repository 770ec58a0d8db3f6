"""Which phone numbers commands may reach: those that begin with a calling code that is allowed.

The longest code that a number begins with decides. So `44,-449` is the United Kingdom but for its numbers
that callers pay for, and `1,1876` the United States, Canada and Jamaica.

Source: ITU-T E.164, list of assigned country codes (one digit for the zones 1 and 7, two for those in
`_TWO_DIGITS`, else three); North American Numbering Plan, area codes of each country.
"""

import functools
import re
from collections.abc import Iterable, Mapping

from switchboard.errors import SettingError
from switchboard.reach.people import digits

# Every other code but those of zone 1 and 7 has three digits.
_TWO_DIGITS = """
    20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82
    84 86 90 91 92 93 94 95 98
""".split()  # noqa: SIM905 - quotes around each read worse
# Of zone 1, what belongs neither to the 50 United States nor to Canada. `1` alone doesn't mean them: calls
# there cost more, and are what fraud with numbers of zone 1 is made of.
_OTHERS_OF_ZONE_1 = """
    1242 1246 1264 1268 1284 1340 1345 1441 1473 1649 1658 1664 1670 1671 1684 1721 1758 1767 1784 1787 1809
    1829 1849 1868 1869 1876 1939
""".split()  # noqa: SIM905 - as above
# Two in one cell of a file are none.
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")
_ENTRY = re.compile(r"[+-]?[0-9]{1,15}|\*")


def is_allowed(number: str, allowed: str, own: str) -> bool:
    """Whether a phone number may be called or written to.

    Args:
        number: in digits, with its country code.
        allowed: calling codes with commas between them; with a `-` before it, one that isn't allowed; `*`
            for all. Without one that is allowed, the codes of `own` are, or all if that is empty, too.
        own: the stack's numbers with commas between them, as people write them.

    Raises:
        SettingError: `allowed` has something else in it.
    """
    rules = _rules(allowed, own)
    fitting = [code for code in rules if number.startswith(code)]
    return bool(_NUMBER.fullmatch(number)) and bool(fitting) and rules[max(fitting, key=len)]


def calling_code(number: str) -> str:
    """The calling code that a number in digits begins with; of zone 1, that of its country."""
    if number[:4] in _OTHERS_OF_ZONE_1:
        return number[:4]
    if number[:1] in ("1", "7"):
        return number[:1]
    return number[:2] if number[:2] in _TWO_DIGITS else number[:3]


@functools.lru_cache(maxsize=4)
def _rules(allowed: str, own: str) -> Mapping[str, bool]:
    """Whether numbers that begin with a code are allowed."""
    rules = {}
    for entry in _listed(allowed):
        if not _ENTRY.fullmatch(entry):
            raise SettingError(f"AllowedCountries has {entry!r}. It must be calling codes, as in 44,1, or *.")
        rules[entry.lstrip("+-*")] = not entry.startswith("-")
    if not any(rules.values()):
        codes = [calling_code(digits(number)) for number in _listed(own)]
        rules = dict.fromkeys(codes or [""], True) | rules
    if rules.get("1"):
        rules = dict.fromkeys(_OTHERS_OF_ZONE_1, False) | rules
    return rules


def _listed(text: str) -> Iterable[str]:
    return (each.strip() for each in text.split(",") if each.strip())
