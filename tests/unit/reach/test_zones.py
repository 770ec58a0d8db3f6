"""The zones in which somebody may be are all of them: nobody is woken because a table is short."""

from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import pytest
from switchboard.reach import zones
from switchboard.reach.zone_table import AREAS, CODES, COUNTRIES

TABLES = [Path(folder) / "zone.tab" for folder in TZPATH]


def test_every_zone_of_the_table_is_one_that_python_knows() -> None:
    named = {
        word for word in f"{COUNTRIES} {AREAS}".replace(":", " ").replace(";", " ").split() if "/" in word
    }

    assert len(named) > 250
    for zone in named:
        ZoneInfo(zone)


def test_every_country_of_the_time_zone_database_has_its_zones() -> None:
    table = next((table for table in TABLES if table.is_file()), None)
    if table is None:
        pytest.skip("this machine has no zone.tab")
    lines = [line.split("\t") for line in table.read_text().splitlines() if not line.startswith("#")]
    listed = {country: {each[2] for each in lines if each[0] == country} for country, *_ in lines}

    for country in listed.keys() - {"AQ"}:  # nobody lives there
        assert set(zones.of_country(country)) <= listed[country]
        assert zones.of_country(country)


def test_each_calling_code_has_countries() -> None:
    for code, *countries in (entry.split() for entry in CODES.split(";")):
        assert countries
        assert zones.of_number(code), code


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("447700900123", {"Europe/London", "Europe/Guernsey", "Europe/Isle_of_Man", "Europe/Jersey"}),
        ("33612345678", {"Europe/Paris"}),
        ("12125550100", {"America/New_York"}),
        ("14155550100", {"America/Los_Angeles"}),
        ("18085550100", {"Pacific/Honolulu"}),
        ("77012345678", {"Asia/Almaty"}),
        ("5511987654321", {"America/Sao_Paulo"}),
        ("262639123456", {"Indian/Reunion", "Indian/Mayotte"}),
        ("999123", set()),
        ("", set()),
        ("44ann@example.com", set()),
    ],
)
def test_a_number_has_the_zones_of_its_longest_known_beginning(number: str, expected: set[str]) -> None:
    assert set(zones.of_number(number)) == expected


def test_a_mobile_number_of_a_wide_country_may_be_anywhere_in_it() -> None:
    assert {"Europe/Kaliningrad", "Asia/Kamchatka"} <= set(zones.of_number("79161234567"))
    assert {"Australia/Perth", "Australia/Brisbane"} <= set(zones.of_number("61412345678"))


def test_an_american_number_of_no_known_area_may_be_anywhere_in_north_america() -> None:
    assert {"America/New_York", "Pacific/Honolulu", "America/St_Johns"} <= set(zones.of_number("18005550100"))


def test_a_country_is_known_by_its_code_in_any_case_and_no_other_is() -> None:
    assert zones.of_country("gb") == ("Europe/London",)
    assert zones.of_country("XX") == ()
