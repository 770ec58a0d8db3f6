"""`make consent`: who has opted out, looked up and changed by an operator, exported and imported."""

from pathlib import Path
from typing import cast

import pytest

from operate import command_line
from operate.errors import OperatorError
from operate.kept import consent
from operate.stack import Stack
from tests.fakes import backbone
from tests.fakes.stores import Aws

NUMBER, OTHER = "447700900111", "447700900222"
OPERATIONS = backbone.scan  # the fake knows tables, once this is imported


class Deployed:
    """A stack that remembers people, or one of an older release."""

    def __init__(self, *, remembers: bool = True) -> None:
        self._remembers = remembers

    def has(self, _name: str) -> bool:
        return self._remembers

    def id_of(self, name: str) -> str:
        return {"PersonTable": "people", "PersonKey": "person-key"}[name]


@pytest.fixture
def stack(stores: Aws, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setenv("SWITCHBOARD_PEOPLE_TABLE_NAME", "")
    stores.tables["people"] = {}
    stores.secret("person-key", {"key": "k" * 64})
    return cast(Stack, Deployed())


def file(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines))
    return path


def test_a_number_is_opted_out_and_in_again_of_a_sender_or_of_all(stack: Stack) -> None:
    assert consent.look(stack, NUMBER) == []
    consent.change(stack, NUMBER, "stop", "+44 7700 900000")
    consent.change(stack, f"+{NUMBER}", "stop", "")

    assert consent.look(stack, NUMBER) == ["*", "447700900000"]
    assert consent.look(stack, OTHER) == []

    consent.change(stack, NUMBER, "start", "")
    assert consent.look(stack, NUMBER) == []


def test_what_was_exported_can_be_imported_with_the_same_key(
    stack: Stack, stores: Aws, tmp_path: Path
) -> None:
    consent.change(stack, NUMBER, "stop", "")
    consent.change(stack, OTHER, "stop", "Shop")
    path = tmp_path / "out.csv"

    assert consent.export(stack, path) == 2
    assert NUMBER not in path.read_text()
    stores.tables["people"].clear()
    assert consent.import_(stack, path) == 2

    assert (consent.look(stack, NUMBER), consent.look(stack, OTHER)) == (["*"], ["shop"])


def test_numbers_are_imported_as_people_write_them(stack: Stack, tmp_path: Path) -> None:
    path = file(tmp_path / "in.csv", "\ufeffnumber,sender", "+44 7700 900111,", f"{OTHER},447700900000")

    assert consent.import_(stack, path) == 2
    assert (consent.look(stack, NUMBER), consent.look(stack, OTHER)) == (["*"], ["447700900000"])


@pytest.mark.parametrize("wrong", ["12", "nobody", "", "07700 900111"])
def test_a_wrong_line_is_named_and_nothing_is_written(stack: Stack, tmp_path: Path, wrong: str) -> None:
    path = file(tmp_path / "in.csv", "number,sender", f"{NUMBER},", f"{wrong},x")

    with pytest.raises(OperatorError, match="line 3: number is"):
        consent.import_(stack, path)
    assert consent.look(stack, NUMBER) == []


def typed(number: str) -> str:
    _, parsers = command_line.parsers_of("program", "about", {"consent": consent.COMMAND})
    given: str = parsers["consent"].parse_args(["--number", number]).number
    return given


@pytest.mark.parametrize(
    "person", ["+44 7700 900111", "ann@example.com", "US.13491208655302741918", "1234567890123456"]
)
def test_a_person_is_looked_up_by_whatever_reaches_them(person: str) -> None:
    assert typed(person) == person


def test_a_number_without_its_country_is_nobody_s(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        typed("07700 900111")
    assert "country code" in capsys.readouterr().err


@pytest.mark.parametrize("lines", [("person,sender", "abc,*"), ("phone", NUMBER)])
def test_a_file_of_another_kind_is_refused(stack: Stack, tmp_path: Path, lines: tuple[str, ...]) -> None:
    with pytest.raises(OperatorError, match="line 2"):
        consent.import_(stack, file(tmp_path / "in.csv", *lines))


def test_a_file_that_is_not_there_is_said(stack: Stack, tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="can't be read"):
        consent.import_(stack, tmp_path / "none.csv")
    with pytest.raises(OperatorError, match="can't be written"):
        consent.export(stack, tmp_path / "none" / "out.csv")


def test_an_older_stack_remembers_nobody(stack: Stack) -> None:
    del stack
    with pytest.raises(OperatorError, match="older release"):
        consent.look(cast(Stack, Deployed(remembers=False)), NUMBER)


def test_what_aws_refuses_is_said(stack: Stack, stores: Aws) -> None:
    stores.refuse["DynamoDB_20120810.GetItem"] = "AccessDeniedException"

    with pytest.raises(OperatorError, match="look up the person"):
        consent.look(stack, NUMBER)
