"""Machine detection: who answered, when that is known, and what waits for it."""

import json
from typing import Any

import pytest

from tests.vonage_simulator.customer import CALLEE, Customer, connect, ncco, talk
from vonage_simulator.testing.endpoint import Answer, Incoming

Json = dict[str, Any]
MACHINE = {CALLEE: {"picks": "machine", "steps": [{"wait": 60}]}}


def detected(customer: Customer) -> list[tuple[str, str | None]]:
    events = customer.bodies("event")
    return [(e["status"], e.get("sub_state")) for e in events if e.get("status") in {"human", "machine"}]


def forward(**detection: object) -> Any:  # noqa: ANN401 - an action
    return connect(advancedMachineDetection=detection)


@pytest.mark.parametrize(
    ("detection", "events"),
    [
        ({"mode": "detect"}, [("machine", None)]),
        ({"mode": "detect_beep"}, [("machine", "beep_start")]),
        ({"mode": "detect_beep", "beep_timeout": 30}, [("machine", "beep_timeout")]),
        ({"mode": "default"}, [("machine", None), ("machine", "beep_start")]),
        ({}, [("machine", None)]),
    ],
    ids=["detect", "beep", "no beep in time", "default", "nothing said"],
)
def test_mode_says_which_events_there_are(customer: Customer, detection: Json, events: list[Any]) -> None:
    beeps_after_s = 40 if "beep_timeout" in detection else 5
    customer.on("answer", ncco(forward(**detection))).create()
    callees = {CALLEE: {**MACHINE[CALLEE], "beep_after_s": beeps_after_s}}
    customer.call({"wait": 80}, {"hang_up": True}, callees=callees)
    assert detected(customer) == events


@pytest.mark.parametrize(("mode", "waits"), [("detect", True), ("default", False)])
def test_call_waits_for_detection_unless_the_mode_is_default(
    customer: Customer, mode: str, *, waits: bool
) -> None:
    customer.on("answer", ncco(forward(mode=mode))).create()
    outcome = customer.call({"wait": 20}, {"hang_up": True}, callees=MACHINE)
    story = [line["what"] for line in outcome["transcript"]]
    assert (story.index("machine") < story.index("connected")) is waits


@pytest.mark.parametrize(("mode", "heard"), [("default", ["Leave it."]), ("detect", [])])
def test_reply_is_read_in_mode_default_only(customer: Customer, mode: str, heard: list[str]) -> None:
    def react(incoming: Incoming) -> Answer:
        machine = json.loads(incoming.body).get("status") == "machine"
        return ncco(talk("Leave it.")) if machine else Answer(204)

    customer.on("answer", ncco(forward(mode=mode))).on("event", react).create()
    outcome = customer.call({"wait": 4}, {"hang_up": True}, callees=MACHINE)
    assert [line["text"] for line in outcome["transcript"] if line["what"] == "talk"] == heard


def test_advanced_detection_overrides_the_plain_one(customer: Customer) -> None:
    action = {**forward(behavior="continue"), "machineDetection": "hangup"}
    customer.on("answer", ncco(action)).create()
    outcome = customer.call({"wait": 10}, {"hang_up": True}, callees=MACHINE)
    assert "connected" in [line["what"] for line in outcome["transcript"]]


def test_nothing_is_detected_on_a_leg_that_is_over(customer: Customer) -> None:
    customer.on("answer", ncco(forward(mode="default"))).create()
    customer.call({"wait": 2}, {"hang_up": True}, callees=MACHINE)
    assert detected(customer) == []
