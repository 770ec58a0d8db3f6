"""The event bus: what arrives at a rule's queue, and what PutEvents refuses."""

import json
from typing import Any

import pytest
from switchboard.aws import bus
from switchboard.envelope import Envelope

from tests.contract.account import Account, by_the_emulators


def event(identity: str = "e-1", name: str = "voice.answered", **payload: object) -> Envelope:
    return {"id": identity, "name": name, "received_at": 1.5, "subject": "CON-1", "payload": payload}


def subscribe(stack: Account, pattern: dict[str, Any], group: str) -> str:
    """A FIFO queue behind a rule of the bus, as template.yaml has one for commands; its URL."""
    name = f"{stack.id}-rule.fifo"
    attributes: dict[Any, str] = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = stack.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    stack.events.put_rule(Name=stack.id, EventBusName=stack.id, EventPattern=json.dumps(pattern))
    stack.events.put_targets(
        Rule=stack.id,
        EventBusName=stack.id,
        Targets=[{"Id": "queue", "Arn": arn, "SqsParameters": {"MessageGroupId": group}}],
    )
    return url


def arrived(stack: Account, url: str) -> list[dict[str, Any]]:
    return [json.loads(message["Body"]) for message in stack.received(url)]


@by_the_emulators
def test_an_event_reaches_the_queue_of_a_rule_with_its_source_and_name(stack: Account) -> None:
    url = subscribe(stack, {"source": ["vonage.voice"]}, "g")

    assert bus.publish([event(text="Grüße"), event("e-2", "messages.inbound")]) == [None, None]

    (found,) = arrived(stack, url)
    assert found["source"] == "vonage.voice"
    assert found["detail-type"] == "voice.answered"
    assert found["detail"] == event(text="Grüße")


@by_the_emulators
def test_a_rule_s_message_group_is_what_the_template_says_letter_by_letter(stack: Account) -> None:
    """The newest page on targets says that a JSON path is evaluated; older ones, and users (aws-cdk#32965),
    say that it is not. So do both emulators."""
    url = subscribe(stack, {"source": ["vonage.voice"]}, "$.id")

    bus.publish([event("e-1"), event("e-2")])

    assert [each["Attributes"]["MessageGroupId"] for each in stack.received(url)] == ["$.id", "$.id"]


@pytest.mark.usefixtures("stack")
def test_more_events_than_fit_one_request_are_all_put() -> None:
    assert bus.publish([event(f"e-{number}") for number in range(25)]) == [None] * 25
    assert bus.publish([event(f"e-{number}", text="x" * 400_000) for number in range(5)]) == [None] * 5


@by_the_emulators
def test_eleven_entries_at_once_would_be_refused(stack: Account) -> None:
    entry = {"EventBusName": stack.id, "Source": "s", "DetailType": "d", "Detail": "{}"}

    (error,) = set(bus._put([entry] * 11))

    assert error == "ValidationException"


def detail(text: str) -> dict[str, str]:
    return {"Source": "vonage.voice", "DetailType": "voice.answered", "Detail": text}


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


@pytest.mark.parametrize(
    ("entry", "code", "moto"),
    [
        (detail("no JSON"), "MalformedDetail", "MalformedDetail"),
        (detail("[1]"), "MalformedDetail", "taken"),
        (detail(json.dumps({"n": 2**63})), "MalformedDetail", "taken"),
        (detail(json.dumps({"n": -(2**63) - 1})), "MalformedDetail", "taken"),
        (detail(nested(1001)), "MalformedDetail", "taken"),
        (detail("{}") | {"DetailType": ""}, "InvalidArgument", "InvalidArgument"),
        (detail("{}") | {"Source": ""}, "InvalidArgument", "InvalidArgument"),
    ],
    ids=["no JSON", "a list", "2^63", "-2^63 - 1", "1,001 levels", "no name", "no source"],
)
def test_an_entry_that_eventbridge_refuses_fails_alone(
    stack: Account, entry: dict[str, str], code: str, moto: str
) -> None:
    """API reference, PutEvents: integers within ±2^63 and 1,000 levels; PutEventsRequestEntry: `Detail` is an
    object, and an entry that lacks it, a `DetailType` or a `Source` fails; PutEventsResultEntry: the codes.
    That numbers and levels get `MalformedDetail` too is our guess."""
    answer = {"moto": moto, "ministack": "taken"}.get(stack.judge, code)

    errors = bus._put([{"EventBusName": stack.id, **each} for each in (entry, detail("{}"))])

    assert errors == [None if answer == "taken" else answer, None]


@pytest.mark.parametrize("text", [json.dumps({"n": [2**63 - 1, -(2**63)]}), nested(400)])
def test_what_is_within_the_limits_is_taken(stack: Account, text: str) -> None:
    assert bus._put([{"EventBusName": stack.id, **detail(text)}]) == [None]


def test_a_bus_that_does_not_exist_swallows_events_without_a_word(
    stack: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """aws-cli#9186 shows the reply: `FailedEntryCount: 0` and an `EventId`."""
    monkeypatch.setenv("SWITCHBOARD_BUS_NAME", "missing")

    assert bus.publish([event()]) == stack.expects([None], moto=["ResourceNotFoundException"])
