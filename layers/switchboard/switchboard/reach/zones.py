"""The time zones in which a person may be: as given, by their country, or by the number that reaches them.

A number tells where it is from, not where its owner is; and a country may have several zones. So this gives
all that are possible, and who is to be reached by day is reached while it is day in all of them. In North
America, Mexico and Brazil the area code narrows it down, since mobile phones have one, too.
"""

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from switchboard.reach.zone_table import AREAS, CODES, COUNTRIES
from switchboard.wire.reach.marks import Window


def of_person(window: Window | None, numbers: Iterable[str]) -> tuple[str, ...]:
    """The time zones in which somebody may be whom a command reaches; none if nobody knows.

    Args:
        window: the command's, which may say its zone or country.
        numbers: what reaches them, in digits with the country code.
    """
    asked: Mapping[str, Any] = window or {}
    if zone := asked.get("zone"):
        return (zone,)
    if country := asked.get("country"):
        return of_country(country)
    return tuple(dict.fromkeys(zone for number in numbers for zone in of_number(number)))


def of_country(country: str) -> tuple[str, ...]:
    """The time zones of a country, by its ISO 3166 code; none for one that doesn't exist."""
    return _countries().get(country.upper(), ())


def of_number(number: str) -> tuple[str, ...]:
    """The time zones that a number may be of, in digits with its country code; none if nobody knows."""
    if not number.isdecimal():
        return ()  # such as 44ann@example.com
    table = _numbers()
    known = (number[:length] for length in range(len(number), 0, -1))
    return next((table[beginning] for beginning in known if beginning in table), ())


@functools.cache
def _countries() -> Mapping[str, tuple[str, ...]]:
    entries = (entry.split() for entry in COUNTRIES.split(";"))
    return {country: tuple(zones) for country, *zones in entries}


@functools.cache
def _numbers() -> Mapping[str, tuple[str, ...]]:
    """The zones of whatever a number may begin with."""
    found: dict[str, tuple[str, ...]] = {}
    for code, *countries in (entry.split() for entry in CODES.split(";")):
        found[code] = tuple(dict.fromkeys(zone for country in countries for zone in of_country(country)))
    for zones, areas in (entry.split(":") for entry in AREAS.split(";")):
        found |= dict.fromkeys(areas.split(), tuple(zones.split()))
    return found
