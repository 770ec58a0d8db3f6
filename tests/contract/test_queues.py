"""The queues: what our own signed client sends, and what comes out."""

import json
import os
from typing import Any

import pytest
from switchboard.aws import queues
from switchboard.aws.queues import CommandQueue
from switchboard.envelope import Envelope
from switchboard.errors import AwsError

from tests.contract.account import Account, by_the_emulators


def event(identity: str = "e-1", subject: str = "CON-1", **payload: object) -> Envelope:
    return {
        "id": identity,
        "name": "voice.answered",
        "received_at": 1.5,
        "subject": subject,
        "payload": payload,
    }


def command(identity: str) -> dict[str, Any]:
    return {"id": identity, "name": "messages.send", "detail": {}}


def events_in(stack: Account) -> list[dict[str, Any]]:
    return stack.received(os.environ["SWITCHBOARD_QUEUE_URL"])


def commands_in(stack: Account) -> list[dict[str, Any]]:
    return stack.received(os.environ["SWITCHBOARD_COMMANDS_QUEUE_URL"])


def queue_of(url: str) -> CommandQueue:
    """The queue of a URL, as Lambda's messages name it."""
    return CommandQueue.of(f"arn:aws:sqs:eu-west-1:123456789012:{url.rpartition('/')[2]}")


def ids(messages: list[dict[str, Any]]) -> list[str]:
    return [json.loads(message["Body"])["id"] for message in messages]


def test_an_event_arrives_as_it_was_sent_in_the_group_of_its_call(stack: Account) -> None:
    queues.put_event(event(text="Grüße 👋"))

    (message,) = events_in(stack)
    assert json.loads(message["Body"]) == event(text="Grüße 👋")
    assert message["Attributes"]["MessageGroupId"] == "CON-1"
    assert message["Attributes"]["MessageDeduplicationId"] == "e-1"


@pytest.mark.parametrize("text", ["\x00\x0b\x1f", "\ud83d", "\ufffe\uffff"])
def test_what_sqs_refuses_in_a_message_travels_escaped(stack: Account, text: str) -> None:
    queues.put_event(event(text=text))

    assert [json.loads(each["Body"])["payload"] for each in events_in(stack)] == [{"text": text}]


def answer_to(**changes: str) -> str:
    """What SQS says to a message with one thing wrong: a code of its own, or nothing when it takes it."""
    asked = {
        "QueueUrl": os.environ["SWITCHBOARD_QUEUE_URL"],
        "MessageBody": "{}",
        "MessageGroupId": "g",
        "MessageDeduplicationId": "d",
    }
    try:
        queues._sqs.call("SendMessage", asked | changes, timeout_s=3)
    except AwsError as refusal:
        return refusal.code
    return "taken"


def test_a_control_character_that_is_not_escaped_is_refused(stack: Account) -> None:
    """API reference, SendMessage: "rejects the message and returns an InvalidMessageContents error"."""
    answer = answer_to(MessageBody="\x0b")

    assert answer == stack.expects("InvalidMessageContents", moto="taken")


@pytest.mark.parametrize("name", ["MessageGroupId", "MessageDeduplicationId"])
@pytest.mark.parametrize("identity", ["x" * 129, "with a space", "Grüße"])
def test_an_id_with_other_characters_is_refused(stack: Account, name: str, identity: str) -> None:
    """API reference, SendMessage: 128 alphanumeric characters and punctuation. The emulators take any."""
    answer = answer_to(**{name: identity})

    assert answer == stack.expects("InvalidParameterValue", moto="taken", ministack="taken")


@pytest.mark.parametrize("identity", ["x" * 129, "with a space", "Grüße", "\ud83d"])
def test_an_id_that_sqs_would_refuse_still_removes_duplicates(stack: Account, identity: str) -> None:
    queues.put_event(event(identity, subject=identity))
    queues.put_event(event(identity, subject=identity))

    assert ids(events_in(stack)) == [identity]


def test_the_same_event_is_there_once(stack: Account) -> None:
    queues.put_event(event())
    queues.put_event(event())

    assert ids(events_in(stack)) == ["e-1"]


def test_an_id_removes_duplicates_in_its_own_group_alone(stack: Account) -> None:
    """`DeduplicationScope: messageGroup` (API reference, CreateQueue). moto knows the queue's scope alone."""
    queues.put_event(event(subject="CON-1"))
    queues.put_event(event(subject="CON-2"))

    assert ids(events_in(stack)) == stack.expects(["e-1", "e-1"], moto=["e-1"])


@by_the_emulators
def test_commands_of_a_call_come_in_order_and_wait_for_the_one_in_flight(stack: Account) -> None:
    queues.put_commands([command("a-1"), command("a-2")], "CON-A")
    first = stack.sqs.receive_message(QueueUrl=os.environ["SWITCHBOARD_COMMANDS_QUEUE_URL"])["Messages"]
    queues.put_commands([command("b-1")], "CON-B")

    assert [json.loads(message["Body"])["id"] for message in first] == ["a-1"]
    assert ids(commands_in(stack)) == ["b-1"]


@by_the_emulators
def test_a_delayed_command_comes_again_with_those_behind_it(stack: Account) -> None:
    queues.put_commands([command("a-1"), command("a-2")], "CON-A")
    url = os.environ["SWITCHBOARD_COMMANDS_QUEUE_URL"]
    (first,) = stack.sqs.receive_message(QueueUrl=url)["Messages"]

    queue = queue_of(url)

    queue.delay(first["ReceiptHandle"], 900)
    assert commands_in(stack) == []
    queue.delay(first["ReceiptHandle"], 0)

    again = commands_in(stack)
    assert ids(again) == ["a-1", "a-2"]
    assert [each["Attributes"]["ApproximateReceiveCount"] for each in again] == ["2", "1"]


def test_a_result_is_one_event_however_often_it_is_put(stack: Account) -> None:
    result = {"id": "c-1", "command": "messages.send", "outcome": "accepted", "message_uuid": "m-1"}

    queues.put_result(result)
    queues.put_result(result)

    (message,) = events_in(stack)
    assert json.loads(message["Body"])["name"] == "messages.send.accepted"
    assert message["Attributes"]["MessageGroupId"] == "m-1"


@by_the_emulators
def test_a_delayed_command_of_the_bus_holds_up_no_other(stack: Account) -> None:
    url = os.environ["SWITCHBOARD_BUS_COMMANDS_QUEUE_URL"]
    for identity in ("a-1", "a-2"):
        stack.sqs.send_message(QueueUrl=url, MessageBody=json.dumps(command(identity)))
    (first,) = stack.sqs.receive_message(QueueUrl=url)["Messages"]
    queue = queue_of(url)

    queue.delay(first["ReceiptHandle"], 900)
    (other,) = ids(stack.received(url))
    queue.delay(first["ReceiptHandle"], 0)

    (delayed,) = ids(stack.received(url))
    assert {other, delayed} == {"a-1", "a-2"}
    assert delayed == json.loads(first["Body"])["id"]


@pytest.mark.parametrize("prefix", ["SWITCHBOARD_COMMANDS", "SWITCHBOARD_BUS_COMMANDS"])
def test_a_rejected_command_is_kept_in_the_dead_letter_queue(stack: Account, prefix: str) -> None:
    url = os.environ[f"{prefix}_QUEUE_URL"]

    queue_of(url).put_rejected(command("c-1"), "message-1")

    assert ids(stack.received(os.environ[f"{prefix}_DLQ_URL"])) == ["c-1"]


def test_what_is_rejected_is_kept_once_for_each_time_that_it_was_sent(stack: Account) -> None:
    """Sent again by an operator at once, too, while SQS still drops what has the same deduplication id."""
    queue = queue_of(os.environ["SWITCHBOARD_COMMANDS_QUEUE_URL"])

    for message_id in ("message-1", "message-1", "message-2"):
        queue.put_rejected(command("c-1"), message_id)

    assert ids(stack.received(os.environ["SWITCHBOARD_COMMANDS_DLQ_URL"])) == ["c-1", "c-1"]


def test_a_standard_queue_takes_no_deduplication_id(stack: Account) -> None:
    """Seen on AWS: cdklabs/construct-hub#905, "not valid for this queue type"."""
    answer = answer_to(QueueUrl=os.environ["SWITCHBOARD_BUS_COMMANDS_QUEUE_URL"])

    assert answer == stack.expects("InvalidParameterValue", moto="taken", ministack="taken")


def test_a_queue_that_does_not_exist_is_named_by_aws_s_own_code(
    stack: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHBOARD_QUEUE_URL", f"{stack.url}/000000000000/missing.fifo")

    with pytest.raises(AwsError) as failure:
        queues.put_event(event())

    assert (failure.value.code, failure.value.retryable) == ("QueueDoesNotExist", False)


@pytest.mark.usefixtures("stack")
def test_a_message_that_is_too_large_is_refused_for_good() -> None:
    with pytest.raises(AwsError) as failure:
        queues.put_event(event(text="x" * 1_048_576))

    assert (failure.value.code, failure.value.retryable) == ("InvalidParameterValue", False)


@by_the_emulators
@pytest.mark.usefixtures("stack")
def test_a_receipt_handle_that_sqs_never_gave_is_refused() -> None:
    with pytest.raises(AwsError, match="ReceiptHandleIsInvalid"):
        queue_of(os.environ["SWITCHBOARD_COMMANDS_QUEUE_URL"]).delay("never given", 5)
