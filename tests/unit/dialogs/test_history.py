"""A dialog's item: whoever writes a step first is right, and each write gives the whole history back."""

import json
from collections.abc import Iterator

import pytest
from switchboard.dialogs import history
from switchboard.dialogs.history import Item
from switchboard.errors import HistoryError

from vonage_simulator.account.account import Account
from vonage_simulator.testing.aws.services import Aws

DAY_S = 86_400


@pytest.fixture
def item() -> Iterator[Item]:
    with Aws(Account("key", "secret")).running():
        yield Item("CON-1", DAY_S)
    history._dynamodb().close()


def test_a_dialog_that_never_wrote_is_not_there(item: Item) -> None:
    assert item.read() is None


def test_each_write_gives_back_what_is_recorded(item: Item) -> None:
    item.record(0, ["ask", "1", 1.5], begun={"from": "447700900111"})
    written = item.record(1, ["ask", "2", 2.5])

    assert written.recorded == [["ask", "1", "1.5"], ["ask", "2", "2.5"]]
    assert written.begun == {"from": "447700900111"}
    read = item.read()
    assert read
    assert read.recorded == written.recorded


@pytest.mark.parametrize(
    "result", ["", "=", "1 2", '"1"', "null", "a\nb", None, 3, True, 1.5, [], {"a b": " = "}]
)
def test_a_result_comes_back_as_it_was(item: Item, result: object) -> None:
    assert item.record(0, ["do", result, 1.5]).recorded == [["do", result, "1.5"]]


def test_more_results_than_names_are_at_hand_are_read(item: Item) -> None:
    for index in range(70):
        written = item.record(index, ["ask", str(index), 1.5])

    assert [result for _, result, _ in written.recorded] == [str(index) for index in range(70)]


def test_the_first_result_of_a_step_is_kept(item: Item) -> None:
    item.record(0, ["ask", "1", 1.5])

    assert item.record(0, ["ask", "2", 2.5]).recorded == [["ask", "1", "1.5"]]


def test_the_end_and_notes_stand_beside_the_results(item: Item) -> None:
    item.annotate(0, {"url": "https://api.nexmo.com/v1/files/1"})
    ended = item.end({"from": "447700900111"})

    assert ended.has_ended
    assert ended.recorded == []
    assert ended.note(0) == {"url": "https://api.nexmo.com/v1/files/1"}
    assert ended.note(1) is None


def test_a_table_that_is_not_there_is_said(item: Item, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(history.TABLE, "none")

    with pytest.raises(HistoryError, match="ResourceNotFoundException"):
        item.read()


def test_a_stack_without_the_table_says_which_parameter_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(history.TABLE, raising=False)

    with pytest.raises(HistoryError, match="Dialogs=true"):
        Item("CON-1", DAY_S).read()


CHOSEN = {"message_uuid": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab", "choice": "Two of them"}


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("choice", CHOSEN),
        ("choice", {**CHOSEN, "choice": ""}),
        ("choice", {**CHOSEN, "choice": None}),
        ("choice", {**CHOSEN, "message_uuid": "with a blank"}),
        ("choice", {"message_uuid": "m", "late": True}),
        ("words", {"message_uuid": "m", "text": " a = b\n"}),
        ("words", {"message_uuid": "m", "choice": "Two"}),
        ("message", {"message_uuid": "m", "text": "Hi"}),
        ("do", {"message_uuid": "m"}),
        ("do", "[1"),
    ],
)
def test_a_result_of_a_chat_comes_back_as_it_was(kind: str, result: object) -> None:
    [[kept, read, at]] = history.from_messages([history.of_message([kind, result, 1.5])])

    assert (kept, read, float(at)) == (kind, result, 1.5)


def test_a_result_that_was_kept_as_json_is_read() -> None:
    assert history.from_messages([json.dumps(["choice", CHOSEN, 1.5])]) == [["choice", CHOSEN, 1.5]]


@pytest.mark.parametrize(("letter", "is_full"), [("a", False), ("\u65e5", True)])
def test_what_is_kept_is_measured_in_bytes_as_dynamodb_does(letter: str, *, is_full: bool) -> None:
    said = {f"s{index}": {"S": f"words 1.5 m-{index} {letter * 1000}"} for index in range(90)}

    assert history.History(said).is_full == is_full
