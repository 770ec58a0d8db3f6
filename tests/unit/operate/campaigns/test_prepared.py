"""What a campaign is before anything is sent: rows, each judged as the command that it will be."""

import json
from pathlib import Path
from typing import Any

import pytest

from operate.campaigns import message as messages
from operate.campaigns import people as files
from operate.campaigns.estimate import sms_parts, units
from operate.campaigns.prepared import Countries, Prepared, prepare
from operate.errors import OperatorError

Json = dict[str, Any]

SMS = {
    "channel": "sms",
    "message_type": "text",
    "from": "447700900000",
    "text": "Hello {name}, see you {{soon}}.",
}
CALL = {
    "from": {"type": "phone", "number": "447700900000"},
    "ncco": [{"action": "talk", "text": "Hello {name}."}],
}
PEOPLE = ("to,name", "447700900111,Ann", "+44 7700 900222,Bob")
BRITAIN = Countries("44", "")


def prepared(
    path: Path, *lines: str, message: Json = SMS, countries: Countries = BRITAIN, campaign: str = "spring"
) -> Prepared:
    people, text = path / "people.csv", path / "message.json"
    people.write_text("\n".join(lines), "utf-8")
    text.write_text(json.dumps(message))
    return prepare(campaign, files.read(people), messages.read(text), countries)


def told(found: Prepared) -> dict[int, str]:
    return {each.line: each.reason for each in found.invalid}


def test_every_row_is_a_command_with_its_own_words(tmp_path: Path) -> None:
    found = prepared(tmp_path, *PEOPLE)

    first, second = (each.command for each in found.recipients)
    assert first["detail"] == SMS | {"to": "447700900111", "text": "Hello Ann, see you {soon}."}
    assert (second["detail"]["to"], second["pace"]) == ("447700900222", "bulk")
    assert [each.line for each in found.recipients] == [2, 3]
    assert (found.invalid, found.countries()) == ([], {"44": 2})


def test_a_call_goes_to_the_number_and_says_its_name(tmp_path: Path) -> None:
    (command, _) = (each.command for each in prepared(tmp_path, *PEOPLE, message=CALL).recipients)

    assert command["name"] == "voice.call"
    assert command["detail"]["to"] == [{"type": "phone", "number": "447700900111"}]
    assert command["detail"]["ncco"] == [{"action": "talk", "text": "Hello Ann."}]


def test_what_is_transactional_is_marked_so(tmp_path: Path) -> None:
    found = prepared(tmp_path, *PEOPLE, message=SMS | {"purpose": "transactional"})

    assert found.recipients[0].command["purpose"] == "transactional"
    assert "purpose" not in found.recipients[0].command["detail"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Ann", "to is empty"),
        ("12 34,Ann", "'1234' is in no country that AllowedCountries has"),
        ("nobody,Ann", "'nobody' is in no country"),
        ("447700900111,", "name is empty, and the message needs it"),
        ("447700900111", "it has 1 cells, the first line 2"),
        ("447700900111,Ann,more", "it has 3 cells, the first line 2"),
        ("33700900111,Ann", "'33700900111' is in no country that AllowedCountries has"),
        ("0447700900222,Ann", "in no country"),
        ("+44 7700 900-222,Ann", "the same person as line 2"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_the_others_are_not_touched(
    tmp_path: Path, row: str, reason: str
) -> None:
    found = prepared(tmp_path, "to,name", "447700900222,Bob", row)

    assert [each.line for each in found.recipients] == [2]
    assert reason in told(found)[3]


def test_lines_are_those_of_the_file_whatever_is_in_its_cells(tmp_path: Path) -> None:
    rows = ("\ufeffto,name", '447700900111,"Ann\nand Bob"', "", "12,Eve", "447700900222,Cat")

    found = prepared(tmp_path, *rows)

    assert [each.line for each in found.recipients] == [2, 6]
    assert list(told(found)) == [5]
    assert "Ann\nand Bob" in found.recipients[0].command["detail"]["text"]


def test_rows_of_a_time_zone_stay_together_and_unknown_zones_are_told(tmp_path: Path) -> None:
    rows = [f"4477009{number:05},Ann,{'Europe/London' if number % 2 else ''}" for number in range(250)]
    found = prepared(tmp_path, "to,name,zone", *rows, "447700950000,Eve,Mars/Base")

    parts = [(zone, len(part)) for zone, part in found.parts()]
    assert parts == [("Europe/London", 100), ("Europe/London", 25), ("any", 100), ("any", 25)]
    assert "zone is 'Mars/Base'" in told(found)[252]


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ((), "no column `to`"),
        (("number,name", "447700900111,Ann"), "no column `to`: its first line has number, name"),
        (("to;name", "447700900111;Ann"), "no column `to`"),
        (("to,name,name",), "the column 'name' twice"),
        (("to,name,",), "a column without a name"),
        (("to,first", "447700900111,Ann"), "The message has {name}"),
        (("to,name",), "There is nobody to send to"),
        (("to,name", "12,Ann"), "There is nobody to send to. line 2: "),
        (("to,name", '447700900111,"Ann'), "can't be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, lines: tuple[str, ...], cause: str) -> None:
    with pytest.raises(OperatorError) as refused:
        prepared(tmp_path, *lines)
    assert cause in refused.value.cause


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (SMS | {"to": "447700900111"}, "says `to`"),
        (SMS | {"failover": [SMS]}, "has a failover"),
        (SMS | {"channel": "pigeon"}, "line 2: "),
        (CALL | {"ncco": [{"action": "talk", "text": "a" * 1000}] * 200}, "more than a queue takes"),
        ([SMS], "isn't a message"),
    ],
)
def test_a_message_that_cannot_be_sent_is_refused(tmp_path: Path, message: Json, cause: str) -> None:
    with pytest.raises(OperatorError) as refused:
        prepared(tmp_path, *PEOPLE, message=message)
    assert cause in refused.value.cause


def test_files_that_are_not_there_are_said(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="can't be read"):
        files.read(tmp_path / "none.csv")
    with pytest.raises(OperatorError, match="can't be read"):
        messages.read(tmp_path / "none.json")


def test_the_hash_is_of_all_that_is_sent_and_of_nothing_else(tmp_path: Path) -> None:
    hashes = {
        prepared(tmp_path, *PEOPLE).hash,
        prepared(tmp_path, *PEOPLE, message=SMS | {"text": "Bye {name}"}).hash,
        prepared(tmp_path, *PEOPLE, "447700900333,Cat").hash,
        prepared(tmp_path, *PEOPLE, "12,Cat").hash,
        prepared(tmp_path, *PEOPLE, campaign="autumn").hash,
    }

    assert len(hashes) == 5
    assert prepared(tmp_path, *PEOPLE).hash in hashes


def test_a_person_has_one_command_in_a_campaign_wherever_they_are_in_the_file(tmp_path: Path) -> None:
    before = {each.to: each.command["id"] for each in prepared(tmp_path, *PEOPLE).recipients}
    again = prepared(tmp_path, PEOPLE[0], "447700900333,Cat", *reversed(PEOPLE[1:]))
    after = {each.to: each.command["id"] for each in again.recipients}
    other = {each.command["id"] for each in prepared(tmp_path, *PEOPLE, campaign="autumn").recipients}

    assert before.items() <= after.items()
    assert not other & {*after.values()}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ł" * 70, 1),
        ("ł" * 71, 2),
        ("😀" * 36, 2),
    ],
)
def test_an_sms_has_as_many_parts_as_its_alphabet_makes_it(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


def test_what_is_paid_for_is_each_part_of_an_sms_and_each_call(tmp_path: Path) -> None:
    long = prepared(tmp_path, *PEOPLE, message=SMS | {"text": "{name}" + "a" * 160})

    assert units(long.recipients) == 4
    assert units(prepared(tmp_path, *PEOPLE, message=CALL).recipients) == 2
