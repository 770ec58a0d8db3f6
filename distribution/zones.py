"""Write `reach/zone_table.py`: the time zones of countries, and which numbers are of which.

    uv run --with phonenumbers --no-project distribution/zones.py

Countries and their zones are those of the time zone database, as the machine has it; calling codes and area
codes those of phonenumbers (Google's libphonenumber, Apache License 2.0), as it is installed. An area code
counts where mobile phones have them, too; elsewhere the code of a landline says nothing of who moves about.
"""

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers.tzdata import TIMEZONE_DATA

TABLE = Path(__file__).parents[1] / "layers/switchboard/switchboard/reach/zone_table.py"
ZONE_TAB = Path("/usr/share/zoneinfo/zone.tab")
# How many digits an area code has: North America, Mexico, Brazil.
AREA_DIGITS = {"1": 3, "52": 2, "55": 2}
# Kazakhstan shares +7, and has these of it (phonenumbers' `leading_digits` of KZ: 33 and 7).
OF_KAZAKHSTAN = {"77": ["KZ"], "733": ["KZ", "RU"], "7": ["RU"]}

HEAD = '''"""Time zones by country, country by calling code, zones by area code. See distribution/zones.py.

Made from the time zone database (zone.tab) and phonenumbers {version} (Apache License 2.0): don't edit it.
"""

# fmt: off
'''


def countries() -> Mapping[str, list[str]]:
    """The zones of each country, by its ISO 3166 code."""
    found = defaultdict(list)
    for line in ZONE_TAB.read_text().splitlines():
        country, _, zone, *_ = [*line.split("\t"), "", ""]
        if not (line.startswith("#") or zone.startswith("Antarctica/")):
            found[country].append(zone)
    return {country: clocks(zones) for country, zones in sorted(found.items())}


def clocks(zones: Iterable[str]) -> list[str]:
    """One of the zones for each clock: most of a country's differ in the past alone."""
    first = datetime(2026, 1, 1, tzinfo=UTC)
    days = [first + timedelta(days=day) for day in range(12 * 365)]
    found: dict[object, str] = {}
    for zone in zones:
        found.setdefault(tuple(day.astimezone(ZoneInfo(zone)).utcoffset() for day in days), zone)
    return list(found.values())


def codes(known: Iterable[str]) -> Mapping[str, list[str]]:
    """The countries of each calling code."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
    found = {str(code): sorted(set(of) & set(known)) for code, of in regions}
    return dict(sorted(({code: of for code, of in found.items() if of} | OF_KAZAKHSTAN).items()))


def areas() -> Mapping[str, list[str]]:
    """The area codes of each combination of zones."""
    found = defaultdict(list)
    for code, digits in AREA_DIGITS.items():
        anywhere = zones_of_area(code, code)
        for area in (f"{code}{number:0{digits}}" for number in range(10**digits)):
            if (zones := zones_of_area(area, code)) != anywhere:
                found[" ".join(zones)].append(area)
    return dict(sorted(found.items()))


def zones_of_area(area: str, code: str) -> list[str]:
    """Every zone of an area: those of all its parts, and of what lies between them."""
    parts = [TIMEZONE_DATA[number] for number in TIMEZONE_DATA if number.startswith(area)]
    around = (area[:length] for length in range(len(area), len(code) - 1, -1))
    whole = TIMEZONE_DATA[next(each for each in around if each in TIMEZONE_DATA)]
    return clocks(sorted(set(whole).union(*parts)))


def text(name: str, table: Mapping[str, list[str]], apart: str) -> str:
    """A table as a constant: its entries in running lines."""
    entries = "; ".join(f"{key}{apart}{' '.join(values)}" for key, values in table.items())
    lines = textwrap.wrap(entries, 106, break_long_words=False, break_on_hyphens=False)
    return f'{name} = """\n' + "\n".join(f"    {line}" for line in lines) + '\n"""\n'


def main() -> None:
    """Write the table."""
    known = countries()
    tables = [
        text("COUNTRIES", known, " "),
        text("CODES", codes(known), " "),
        text("AREAS", areas(), ": "),
    ]
    TABLE.write_text(HEAD.replace("{version}", phonenumbers.__version__) + "\n".join(tables))


if __name__ == "__main__":
    main()
