"""Who hears whom: named conversations, audiences, transfers."""

import json
from typing import Any

import pytest

from tests.vonage_simulator.customer import CALLER, NUMBER, Customer, ncco
from vonage_simulator.testing.endpoint import Answer, Incoming
from vonage_simulator.testing.phone import Phone
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]
GUEST = "447700900778"
ROOM: Json = {"action": "conversation", "name": "panel"}


def by_caller(answers: dict[str, Any]) -> Any:  # noqa: ANN401 - a reaction of the customer's endpoint
    def react(incoming: Incoming) -> Answer:
        return ncco(answers[json.loads(incoming.body)["from"]])

    return react


@pytest.mark.parametrize(
    ("speaker", "listener", "heard"),
    [
        ({}, {}, True),
        ({"canSpeak": []}, {}, False),
        ({"canSpeak": ["somebody else"]}, {}, False),
        ({}, {"canHear": []}, False),
        ({"mute": True}, {}, False),
    ],
    ids=["all", "speaks to nobody", "speaks to another", "hears nobody", "mute"],
)
def test_audience_is_who_it_is_said_to_be(
    customer: Customer, vonage: Vonage, speaker: Json, listener: Json, *, heard: bool
) -> None:
    customer.on("answer", by_caller({CALLER: ROOM | speaker, GUEST: ROOM | listener})).create()
    with (
        Phone(vonage, CALLER).dial(NUMBER) as one,
        Phone(vonage, GUEST).dial(NUMBER) as two,
    ):
        two.waits(1)
        one.says("Good morning.")
        if heard:
            two.hears("good morning")
        else:
            with pytest.raises(AssertionError, match="never heard"):
                two.hears("good morning", within_s=10)


def test_transfer_moves_the_leg_into_a_conversation_that_is_there(customer: Customer, vonage: Vonage) -> None:
    first = Phone(vonage, CALLER)
    customer.on("answer", ncco(ROOM)).create()
    with first.dial(NUMBER) as one:
        one.waits(1)
        moved = next(event for event in customer.bodies("event") if event.get("type") == "transfer")
        transfer = {"action": "transfer", "conversationId": moved["conversation_uuid_to"]}
        customer.on("answer", ncco(transfer, {"action": "talk", "text": "Not heard."}))
        with Phone(vonage, GUEST).dial(NUMBER) as two:
            two.waits(1)
            two.says("May I come in?")
            one.hears("may i come in")
            assert [line["what"] for line in two.transcript if line["what"] == "talk"] == []


def test_conversation_may_be_recorded(customer: Customer) -> None:
    recorded = {**ROOM, "record": True, "eventUrl": [f"{customer.url}/recorded"]}
    customer.on("answer", ncco(recorded)).create()
    customer.call({"say": "Hello."}, {"wait": 5}, {"hang_up": True})
    (event,) = customer.bodies("recorded")
    assert event["recording_url"]


def test_names_belong_to_one_application(customer: Customer, vonage: Vonage) -> None:
    customer.on("answer", ncco(ROOM)).create()
    ours = vonage.exchange.room(customer.application["id"], "panel")
    assert vonage.exchange.room("another", "panel") is not ours
    assert vonage.exchange.room(customer.application["id"], "panel") is ours
