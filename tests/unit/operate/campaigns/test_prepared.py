"""What a campaign is before anything is sent: rows, each judged as the command that it will be."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from switchboard.campaigns import message as messages
from switchboard.campaigns import people as files
from switchboard.campaigns.estimate import end, ends_at, sms_parts, units
from switchboard.campaigns.prepared import Bounds, Prepared, prepare
from switchboard.errors import CampaignError
from switchboard.outbound import timing
from switchboard.reach import zones
from switchboard.wire.validate import command_problems

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
BRITISH = zones.of_number("447700900111")  # London's, and those of the islands
MONDAY = datetime(2027, 1, 11, 8, tzinfo=UTC).timestamp()
PEOPLE = ("to,name", "447700900111,Ann", "+44 7700 900222,Bob")
BRITAIN = Bounds("44", "", "")


WRONG_WINDOWS: tuple[object, ...] = (
    "always",
    [],
    {},
    {"hours": "9-5"},
    {"hours": 9},
    {"hours": "09:00-20:00", "without": ["Christmas"]},
    {"hours": "09:00-20:00", "zone": 1},
    {"hours": "09:00-20:00", "zone": "Mars/Base"},
    {"hours": "09:00-20:00", "country": "XX"},
    {"hours": "09:00-20:00", "holidays": []},
    # What the judge of commands refuses would be refused when it's sent.
    {"hours": "09:00-20:00", "zone": "Europe/London", "country": "GB"},
    {"hours": "09:00-20:00", "country": "gb"},
    {"hours": "09:00-12:00,  13:00-20:00"},
    {"hours": "09:00-20:00", "without": ["20261225"]},
    {"hours": "09:00-20:00", "without": []},
    {"hours": "09:00-09:00"},
)


def deep(levels: int) -> Json:
    """A document of so many levels."""
    document: Json = {}
    for _ in range(levels):
        document = {"in": document}
    return document


def prepared(
    path: Path, *lines: str, message: Json = SMS, bounds: Bounds = BRITAIN, campaign: str = "spring"
) -> Prepared:
    people, text = path / "people.csv", path / "message.json"
    people.write_text("\n".join(lines), "utf-8")
    text.write_text(json.dumps(message))
    return prepare(campaign, files.read(people), messages.read(text), bounds, MONDAY)


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


@pytest.mark.parametrize(
    ("written", "to"),
    [
        ("+44 (7700) 900-111", "447700900111"),
        ("+44 (0)7700 900111", "447700900111"),
        ("+39 (0)6 1234567", "39061234567"),
        ("+44\u00a07700\u00a0900111", "447700900111"),
        ("447700900111.0", "447700900111"),
        ("US.13491208655302741918", "US.13491208655302741918"),
    ],
)
def test_a_number_is_written_as_vonage_does_and_a_name_stays_as_it_is(
    tmp_path: Path, written: str, to: str
) -> None:
    message = {"channel": "whatsapp", "message_type": "text", "from": "447700900000", "text": "Hello"}
    row = ("to,name", f"{written},Ann")
    (recipient,) = prepared(tmp_path, *row, message=message, bounds=EVERYBODY).recipients

    assert recipient.command["detail"]["to"] == to


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
    rows = [f"4477009{number:05},Ann,{'Asia/Tokyo' if number % 2 else ''}" for number in range(250)]
    found = prepared(tmp_path, "to,name,zone", *rows, "447700950000,Eve,Mars/Base")

    parts = [(part.zones, part.rows, len(rows)) for part, rows in found.parts()]
    tokyo = ("Asia/Tokyo",)
    assert parts == [(tokyo, 100, 100), (tokyo, 25, 25), (BRITISH, 100, 100), (BRITISH, 25, 25)]
    assert "zone is 'Mars/Base'" in told(found)[252]


EVERYBODY = Bounds("*", "", "")
WINDOW: Json = {"hours": "Mon-Fri 09:00-20:00", "without": ["2027-01-11"]}
DAYTIME = SMS | {"window": WINDOW}


def test_a_window_goes_with_each_command_by_the_clock_of_its_row(tmp_path: Path) -> None:
    rows = ("to,name,zone", "447700900111,Ann,", "447700900222,Bob,Asia/Tokyo")
    found = prepared(tmp_path, *rows, message=DAYTIME)

    windows = {each.line: each.command["window"] for each in found.recipients}
    assert windows == {2: WINDOW, 3: {**WINDOW, "zone": "Asia/Tokyo"}}
    assert all("window" not in each.command["detail"] for each in found.recipients)


def test_a_row_s_zone_takes_the_place_of_the_window_s_country(
    tmp_path: Path,
) -> None:
    message = SMS | {"window": {"hours": "09:00-20:00", "country": "GB"}}
    found = prepared(tmp_path, "to,name,zone", "447700900222,Bob,Asia/Tokyo", message=message)

    (recipient,) = found.recipients
    assert recipient.zones == ("Asia/Tokyo",)
    assert command_problems(recipient.command) == []


def test_a_row_s_zone_is_the_command_s_where_the_message_has_no_window(tmp_path: Path) -> None:
    rows = ("to,name,zone", "447700900111,Ann,", "447700900222,Bob,Asia/Tokyo")
    found = prepared(tmp_path, *rows, bounds=Bounds("44", "", "20:00-09:00"))

    windows = {each.line: each.command.get("window") for each in found.recipients}
    assert windows == {2: None, 3: {"hours": "00:00-24:00", "zone": "Asia/Tokyo"}}


@pytest.mark.parametrize("window", [{}, WINDOW, WINDOW | {"country": "JP"}, WINDOW | {"zone": "Asia/Dubai"}])
def test_a_part_is_queued_by_the_clocks_that_its_commands_are_sent_by(tmp_path: Path, window: Json) -> None:
    rows = ("to,name,zone", "447700900111,Ann,", "447700900222,Bob,Europe/Paris", "61412345678,Cat,")
    message = SMS | ({"window": window} if window else {})
    found = prepared(tmp_path, *rows, message=message, bounds=EVERYBODY)

    assert len(found.recipients) == 3
    assert [timing.zones_of(each.command) for each in found.recipients] == [
        each.zones for each in found.recipients
    ]


def test_quiet_hours_that_cannot_be_read_name_the_parameter(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="The stack's QuietHours can't be read"):
        prepared(tmp_path, *PEOPLE, bounds=Bounds("44", "", "09:00-09:00"))


@pytest.mark.parametrize(
    ("window", "to", "there"),
    [
        ({}, "447700900111", BRITISH),
        ({"zone": "Asia/Tokyo"}, "447700900111", ("Asia/Tokyo",)),
        ({"country": "JP"}, "447700900111", ("Asia/Tokyo",)),
        ({}, "12125550100", ("America/New_York",)),
    ],
)
def test_the_zone_is_the_window_s_or_the_country_s_or_the_number_s(
    tmp_path: Path, window: Json, to: str, there: tuple[str, ...]
) -> None:
    message = SMS | {"window": {"hours": "09:00-20:00", **window}}
    (recipient,) = prepared(tmp_path, "to,name", f"{to},Ann", message=message, bounds=EVERYBODY).recipients

    assert recipient.zones == there


def test_rows_that_the_window_can_never_reach_are_told(tmp_path: Path) -> None:
    morning = SMS | {"window": {"hours": "09:00-10:00"}}
    rows = ("to,name", "447700900111,Ann", "79161234567,Ivan", "999900000001,Nobody")

    found = prepared(tmp_path, *rows, message=morning, bounds=EVERYBODY)

    assert [each.line for each in found.recipients] == [2]
    assert "the window is never open in all of " in told(found)[3]
    assert "nobody knows their time zone" in told(found)[4]


@pytest.mark.parametrize(
    ("message", "end"),
    [
        (SMS, "2027-01-11T09:00:15"),
        (SMS | {"purpose": "transactional"}, "2027-01-11T08:00:15"),
        (DAYTIME, "2027-01-12T09:00:15"),
    ],
)
def test_quiet_hours_are_over_first_but_for_what_people_asked_for(
    tmp_path: Path, message: Json, end: str
) -> None:
    rows = [f"4477009{number:05},Ann" for number in range(150)]
    found = prepared(tmp_path, "to,name", *rows, message=message, bounds=Bounds("44", "", "20:00-09:00"))

    at = datetime.fromtimestamp(ends_at(found, MONDAY, 10), UTC)

    assert at.isoformat(timespec="seconds") == f"{end}+00:00"


@pytest.mark.parametrize(
    ("message", "per_second", "end"),
    [
        (SMS, 0, "2027-01-11T08:00:06"),  # three parts are put in the queue, each in two seconds
        (SMS, 10, "2027-01-11T08:00:25"),
        (DAYTIME, 10, "2027-01-12T09:00:15"),  # Tokyo, where it is the 12th, comes first
    ],
)
def test_it_is_done_when_the_last_part_has_had_its_turn(
    tmp_path: Path, message: Json, per_second: float, end: str
) -> None:
    rows = [f"4477009{number:05},Ann,{'' if number < 150 else 'Asia/Tokyo'}" for number in range(250)]
    found = prepared(tmp_path, "to,name,zone", *rows, message=message)

    at = datetime.fromtimestamp(ends_at(found, MONDAY, per_second), UTC)

    assert at.isoformat(timespec="seconds") == f"{end}+00:00"


@pytest.mark.parametrize(
    ("hours", "people", "day"),
    [
        ("09:00-09:05", 100, "11"),
        ("09:00-09:04", 75, "11"),
        ("09:00-09:05", 300, "13"),
        ("Mon-Fri 09:00-09:04, Sat 09:00-09:05", 100, "16"),
        ("09:00-09:04, 09:05-09:09", 100, "never"),
        ("09:00-09:04", 100, "never"),
    ],
)
def test_hours_that_are_too_short_for_a_part_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: str, people: int, day: str
) -> None:
    """A hundred, with as many before them, take three minutes and a half, and the last minute isn't used."""
    monkeypatch.setenv("SWITCHBOARD_MESSAGES_PER_SECOND", "1")
    rows = [f"4477009{number:05},Ann" for number in range(people)]
    found = prepared(tmp_path, "to,name", *rows, message=SMS | {"window": {"hours": hours}})

    if day == "never":
        with pytest.raises(
            CampaignError, match=r"Europe/London.* too short: 100 people at a time take 5 minutes"
        ):
            end(found, MONDAY, 0, 30)
    else:
        assert f"{datetime.fromtimestamp(end(found, MONDAY, 0, 30), UTC):%d %H}" == f"{day} 09"


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
        (("to,name", "447700900222,Bob", '447700900111,"Ann'), "can't be read: line 3: unexpected end"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, lines: tuple[str, ...], cause: str) -> None:
    with pytest.raises(CampaignError) as refused:
        prepared(tmp_path, *lines)
    assert cause in refused.value.cause


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (SMS | {"to": "447700900111"}, "says `to`"),
        (SMS | {"failover": [SMS]}, "has a failover"),
        (SMS | {"at": "2027-01-11T09:00:00Z"}, "says `at`"),
        (SMS | {"after": 60}, "says `after`"),
        (SMS | {"pace": "bulk"}, "says `pace`"),
        (SMS | {"text": deep(200)}, "nested too deeply"),
        (SMS | {"channel": "pigeon"}, "line 2: "),
        (CALL | {"ncco": [{"action": "talk", "text": "a" * 1000}] * 200}, "more than a queue takes"),
        ([SMS], "isn't a message"),
        *((SMS | {"window": wrong}, "a window") for wrong in WRONG_WINDOWS),
    ],
)
def test_a_message_that_cannot_be_sent_is_refused(tmp_path: Path, message: Json, cause: str) -> None:
    with pytest.raises(CampaignError) as refused:
        prepared(tmp_path, *PEOPLE, message=message)
    assert cause in refused.value.cause


def test_a_message_however_deep_is_refused() -> None:
    with pytest.raises(CampaignError, match="nested too deeply"):
        messages.parse(SMS | {"text": deep(100_000)}, "The message")


def test_what_is_a_number_to_python_alone_is_not_json(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(
        '{"channel": "sms", "message_type": "text", "from": "Shop", "text": NaN}'
    )
    with pytest.raises(CampaignError, match="NaN isn't JSON"):
        messages.read(tmp_path / "m.json")


def test_files_that_are_not_there_are_said(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match=r"none.csv can't be read: No such file or directory\.\n"):
        files.read(tmp_path / "none.csv")
    with pytest.raises(CampaignError, match=r"none.json can't be read: No such file or directory\.\n"):
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
    "written",
    [
        "+447700900111",
        "0044 7700 900111",
        "+44 (0)7700 900111",
        "+44\u00a07700\u00a0900111",
        "447700900111.0",
    ],
)
def test_a_person_is_the_same_however_their_number_is_written(tmp_path: Path, written: str) -> None:
    window = {"hours": "09:00-20:00"}
    found = prepared(tmp_path, *PEOPLE, f"{written},Ann", message=SMS | {"window": window})

    assert [(each.line, each.reason) for each in found.invalid] == [(4, "the same person as line 2")]


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

    assert units(long) == [4]
    assert units(prepared(tmp_path, *PEOPLE, message=CALL)) == [2]


@pytest.mark.parametrize(
    ("message", "bounds", "told"),
    [
        (SMS, BRITAIN._replace(messages=1), "2 messages are more than the 1 that the stack's DailyMessages"),
        (SMS, BRITAIN._replace(messages=2, calls=1), ""),
        (
            CALL,
            BRITAIN._replace(messages=1, calls=1),
            "2 calls are more than the 1 that the stack's DailyCalls",
        ),
    ],
)
def test_more_than_the_stack_allows_a_day_is_told_before_any_of_it_is_rejected(
    tmp_path: Path, message: Json, bounds: Bounds, told: str
) -> None:
    doubts = prepared(tmp_path, *PEOPLE, message=message, bounds=bounds).doubts()

    assert (bool(doubts), told in "".join(doubts)) == (bool(told), True)
