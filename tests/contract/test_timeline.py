"""The timeline, written and read."""

from datetime import UTC, datetime

import pytest
from switchboard.aws import table
from switchboard.envelope import Envelope
from switchboard.timeline import events, view

from tests.contract.account import Account

pytestmark = pytest.mark.usefixtures("stack")

TODAY = datetime.now(UTC).date().isoformat()


def event(identity: str, name: str, at: str, subject: str = "CON-1", **payload: object) -> Envelope:
    return {
        "id": identity,
        "name": name,
        "received_at": datetime.now(UTC).timestamp(),
        "subject": subject,
        "payload": {"timestamp": f"{TODAY}T{at}Z", **payload},
    }


def add(*added: Envelope) -> None:
    assert events.write([events.item(each) for each in added]) == [None] * len(added)


def test_an_event_is_recorded_once_it_is_written() -> None:
    answered, completed = (
        event("e-1", "voice.answered", "10:00:00.000"),
        event("e-2", "voice.completed", "10:00:05.000"),
    )
    items = [events.item(answered), events.item(completed)]

    assert events.recorded(items) == [False, False]
    add(answered)
    assert events.recorded(items) == [True, False]
    add(answered)  # over what is there


def test_what_release_0_1_has_yet_to_publish_is_not_recorded() -> None:
    item = events.item(event("e-1", "voice.answered", "10:00:00.000"))
    table.put(item | {"unpublished": {"BOOL": True}})

    assert events.recorded([item]) == [False]


def test_a_call_is_read_in_the_order_of_vonage_s_clock() -> None:
    add(event("e-2", "voice.completed", "10:00:09.5", status="completed", duration="8"))
    add(event("e-1", "voice.started", "10:00:01.000", status="started", text="Grüße 👋"))

    timeline = events.read("CON-1")

    assert [entry["id"] for entry in timeline] == ["e-1", "e-2"]
    assert timeline[0]["payload"]["text"] == "Grüße 👋"
    assert view.render("CON-1", timeline).splitlines()[0] == "CON-1  completed"


def test_recent_calls_and_messages_come_newest_first_each_once() -> None:
    add(event("e-1", "voice.started", "10:00:00.000"))
    add(event("e-2", "voice.answered", "10:00:02.000"))
    add(event("e-3", "messages.inbound", "10:00:01.000", subject="m-1"))
    add(event("e-4", "voice.transfer", "10:00:03.000", subject="CON-2"))

    recent = [(entry["subject"], entry["name"]) for entry in events.recent()]

    assert recent == [("m-1", "messages.inbound"), ("CON-1", "voice.started")]


def test_nothing_is_known_of_another_call(stack: Account) -> None:
    assert events.read(stack.id) == []
