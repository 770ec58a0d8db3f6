"""Events of a call go back to the bus as they were, however much they weigh together."""

import json

import pytest
from switchboard.envelope import Envelope
from switchboard.timeline import events

from operate import replay
from operate.errors import OperatorError
from operate.stack import Stack
from tests.fakes import backbone
from tests.fakes.control_plane import Account
from tests.fakes.stores import Aws, Json, Refusal

CALL = "CON-1"
MOST_BYTES = 1_000_000
assert backbone  # it lets the account have tables


@pytest.fixture
def stack(stores: Aws, account: Account, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A stack whose timeline has three events of a call, as long as the table takes them."""
    account.statuses, account.complete = ["CREATE_COMPLETE"], {"Timeline", "EventBus"}
    stores.tables["Timeline-1"] = {}
    monkeypatch.setenv("SWITCHBOARD_TABLE_NAME", "Timeline-1")
    assert events.write([events.item(event(minute)) for minute in range(3)]) == [None] * 3
    return Stack("shop")


def event(minute: int) -> Envelope:
    at = f"2026-11-23T08:0{minute}:00.000Z"
    payload = {"timestamp": at, "text": "x" * 390_000}
    return {
        "id": str(minute), "name": "voice.speech", "received_at": 1795420800.0 + 60 * minute,
        "subject": CALL, "payload": payload,
    }  # fmt: skip


def test_events_that_are_too_much_for_one_request_go_in_several(stores: Aws, stack: Stack) -> None:
    def weigh(operation: str, asked: Json) -> None:
        if operation == "AWSEvents.PutEvents" and len(json.dumps(asked)) > MOST_BYTES:
            raise Refusal("ValidationException", "Total size of the entries is over the limit.")

    stores.fault = weigh

    assert replay.call(stack, CALL) == 3
    assert [json.loads(entry["Detail"])["id"] for entry in stores.events] == ["0", "1", "2"]
    assert {entry["EventBusName"] for entry in stores.events} == {"EventBus-1"}


def test_events_that_the_bus_does_not_take_are_counted_with_the_reason(stores: Aws, stack: Stack) -> None:
    stores.refuse["AWSEvents.PutEvents"] = "AccessDeniedException"

    with pytest.raises(OperatorError, match="did not take 3 of 3 events: AccessDeniedException") as refused:
        replay.call(stack, CALL)
    assert "events:PutEvents" in refused.value.next_step
