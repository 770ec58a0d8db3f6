"""What `make history` and `make erase` make of dialogs: found by call and by number, whole numbers alone.

And of what dialogs remember of a person.
"""

from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from switchboard.dialogs import history
from switchboard.dialogs.chats.arrival import MessageRun
from switchboard.dialogs.history import Item
from switchboard.reach import documents
from switchboard.reach import people as pseudonyms
from switchboard.reach.people import person_id

from operate.kept import dialogs, people
from operate.stack import Stack
from tests.functional.dialogs.booking import booking
from tests.samples import sample
from vonage_simulator.account.account import Account
from vonage_simulator.testing.aws.services import PEOPLE, PERSON_KEY, Aws

CALLER = "447700900111"


class Deployed:
    """A stack, as far as these commands ask for it."""

    def __init__(self, *resources: str) -> None:
        self._resources = resources

    def has(self, name: str) -> bool:
        return name in self._resources

    def id_of(self, name: str) -> str:
        return {dialogs.TABLE: "dialogs", people.TABLE: PEOPLE, "PersonKey": PERSON_KEY}[name]


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """With a dialog that has the caller's number, one of a longer number, and one of a call without any."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    pseudonyms._key.cache_clear()  # of another test's AWS
    with Aws(Account("key", "secret")).running():
        Item("CON-1", 60).record(0, ["ask", "1", 0.5], begun={"from": CALLER})
        Item("CON-1", 60).record(1, ["do", {"name": "Ada"}, 61])
        Item("CON-2", 60).record(0, ["ask", f"{CALLER}9", 0])
        Item("CON-3", 60).record(0, ["ask", "1", 0])
        yield cast(Stack, Deployed(dialogs.TABLE, people.TABLE))
    history._dynamodb().close()


def test_history_has_the_steps_of_a_dialog(stack: Stack) -> None:
    assert dialogs.steps(stack, "CON-1") == [
        {"step": 0, "kind": "ask", "result": "1", "at": "1970-01-01T00:00:00.500Z"},
        {"step": 1, "kind": "do", "result": {"name": "Ada"}, "at": "1970-01-01T00:01:01.000Z"},
    ]


def test_history_has_a_chat_with_the_message_that_it_began_with_and_erase_finds_it(stack: Stack) -> None:
    first = sample("inbound_sms_text") | {"from": CALLER, "timestamp": "2026-11-28T09:00:00Z"}
    flow: Any = booking.flow
    for uuid, text in [("1", "Hello"), ("2", "Monday"), ("3", "Ada"), ("4", "Again")]:
        run = MessageRun(flow, first | {"message_uuid": uuid, "text": text}, at=0)
        run.take()

    def steps_of(uuid: str) -> list[object]:
        events: Any = [{"name": "messages.inbound", "payload": first | {"message_uuid": uuid}}]
        return [step["kind"] for step in dialogs.steps(stack, uuid, events)]

    assert [steps_of(uuid) for uuid in "1234"] == [["choice", "do", "words"], [], [], []]
    assert dialogs.erase(stack, CALLER, set(), confirmed=True) == 2
    assert steps_of("1") == []


def test_a_call_that_is_no_dialog_has_none(stack: Stack) -> None:
    assert dialogs.steps(stack, "CON-4") == []


def test_dialogs_of_a_number_and_of_its_calls_are_erased_and_others_stay(stack: Stack) -> None:
    assert dialogs.erase(stack, CALLER, {"CON-3"}, confirmed=False) == 2
    assert dialogs.steps(stack, "CON-1")

    assert dialogs.erase(stack, CALLER, {"CON-3"}, confirmed=True) == 2

    assert [call for call in ("CON-1", "CON-2", "CON-3") if dialogs.steps(stack, call)] == ["CON-2"]


def test_a_stack_without_dialogs_has_nothing_to_erase() -> None:
    without = cast(Stack, Deployed())

    assert dialogs.erase(without, CALLER, set(), confirmed=True) == 0
    assert dialogs.steps(without, "CON-1") == []


def test_what_dialogs_remember_of_a_person_is_shown_and_erased_and_their_consent_stays(stack: Stack) -> None:
    documents.change(person_id(CALLER), {"name": "Ada"})
    consent: Any = {"pk": {"S": person_id(CALLER)}, "sk": {"S": "consent"}, "stopped": {"SS": ["*"]}}
    boto3.client("dynamodb").put_item(TableName=PEOPLE, Item=consent)

    shown = people.remembered(stack, f"+{CALLER}")
    assert shown is not None
    assert (shown["document"], shown["version"]) == ({"name": "Ada"}, 1)
    assert str(shown["expires_at"])[:2] == "20"

    assert people.erase(stack, CALLER, confirmed=False) == 1
    assert people.remembered(stack, CALLER) == shown
    assert people.erase(stack, CALLER, confirmed=True) == 1
    assert (people.remembered(stack, CALLER), people.erase(stack, CALLER, confirmed=True)) == (None, 0)
    assert boto3.client("dynamodb").scan(TableName=PEOPLE)["Items"] == [consent]
    documents._dynamodb().close()


def test_a_stack_of_an_older_release_remembers_nobody() -> None:
    older = cast(Stack, Deployed())

    assert people.remembered(older, CALLER) is None
    assert people.erase(older, CALLER, confirmed=True) == 0
