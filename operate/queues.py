"""Put back what ended in a dead-letter queue, once its cause is fixed."""

import argparse
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import boto3

from operate.command_line import AMISS, WELL, Command, Output, takes_json, takes_stage
from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.stack import Stack

# Per word of the command line: where messages wait, and where they belong.
QUEUES = {
    "events": {"EventDeadLetterQueue": "EventQueue"},
    "commands": {
        "CommandDeadLetterQueue": "CommandQueue",
        "BusCommandDeadLetterQueue": "BusCommandQueue",
        "BulkCommandDeadLetterQueue": "BulkCommandQueue",
    },
    "undelivered": {"UndeliveredCommandQueue": "EventBus"},
    "campaigns": {"CampaignCommandDeadLetterQueue": "CampaignCommandQueue"},
    "media": {"MediaDeadLetterQueue": "MediaQueue"},
    # Or to the inbound function: Lambda's own record says which of them failed.
    "dialogs": {"DialogDeadLetterQueue": "AnswerFunction"},
}
# Longer than moving ten messages takes: until then nobody else receives them.
_HIDDEN_S = 60
_LEFT = (
    "Left where they are: {count}, which EventBridge could not decrypt, so only their sender can put "
    "them on the bus again: docs/runbook.md#commands-undelivered."
)
Message = dict[str, Any]


@dataclass
class Redriven:
    """What became of a dead-letter queue's messages.

    Attributes:
        moved: How many are where they belong.
        left: The ids of those that no longer say what they were, and stay.
    """

    moved: int = 0
    left: set[str] = field(default_factory=set)


def redrive(stack: Stack, queue: str) -> Redriven:
    """Move every message of the dead-letter queues to where it belongs.

    A message is deleted from the dead-letter queue after it is in the other, so that an end in between
    doubles one and loses none. What comes back while this goes on stays: it would be moved for ever.

    Args:
        stack: The stack whose queues they are.
        queue: One of QUEUES.

    Raises:
        OperatorError: The stack has no such queue, or AWS refused.
    """
    pairs = QUEUES[queue]
    there = {source: target for source, target in pairs.items() if stack.has(source)}  # 0.1 had fewer
    ids = [(stack.id_of(source), stack.id_of(target)) for source, target in (there or pairs).items()]
    sqs, redriven = boto3.client("sqs"), Redriven()
    move = _mover(queue, sqs)
    with asking_aws_to(f"move the messages of {queue}"):
        for source, target in ids:
            for message in _received(sqs, source):
                if queue == "undelivered" and _is_encrypted(message):
                    redriven.left.add(message["MessageId"])
                    continue
                move(target, message)
                sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
                redriven.moved += 1
    return redriven


def _received(sqs: Any, url: str) -> Iterator[Message]:  # noqa: ANN401 - boto3's own client
    """The messages that are in a queue by now."""
    until_ms = float("inf")
    while (reply := _receive(sqs, url)).get("Messages"):
        until_ms = min(until_ms, _second_after(reply))
        yield from (each for each in reply["Messages"] if _sent_at(each) <= until_ms)


def _receive(sqs: Any, url: str) -> dict[str, Any]:  # noqa: ANN401 - boto3's own client
    reply: dict[str, Any] = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=_HIDDEN_S,
        WaitTimeSeconds=1,
        MessageSystemAttributeNames=["MessageGroupId", "SentTimestamp"],
    )
    return reply


def _second_after(reply: dict[str, Any]) -> float:
    """A second after a reply, in milliseconds, by AWS's clock; the embedded AWS has this machine's."""
    date = reply["ResponseMetadata"]["HTTPHeaders"].get("date")
    return ((parsedate_to_datetime(date).timestamp() if date else time.time()) + 1) * 1000


def _sent_at(message: Message) -> float:
    return float(message["Attributes"]["SentTimestamp"])


def _mover(queue: str, sqs: Any) -> Callable[[str, Message], None]:  # noqa: ANN401 - boto3's own client
    match queue:
        case "undelivered":
            return partial(_announce, boto3.client("events"))
        case "dialogs":
            return partial(_tell_again, boto3.client("lambda"))
    return partial(_send, sqs)


def _send(sqs: Any, url: str, message: Message) -> None:  # noqa: ANN401 - boto3's own client
    group = message.get("Attributes", {}).get("MessageGroupId")
    # An id of its own: with the old one SQS would drop what was first sent less than five minutes ago.
    fifo = {"MessageGroupId": group, "MessageDeduplicationId": uuid.uuid4().hex} if group else {}
    sqs.send_message(QueueUrl=url, MessageBody=message["Body"], **fifo)


def _is_encrypted(message: Message) -> bool:
    """Whether EventBridge could not decrypt the event, and kept what it had: an envelope of its own.

    Source: AWS, "Decrypting events in EventBridge dead-letter queues".
    """
    event = json.loads(message["Body"])
    return (event["source"], event["detail-type"]) == ("aws.events", "Encrypted Events")


def _announce(events: Any, bus: str, message: Message) -> None:  # noqa: ANN401 - boto3's own client
    """What the bus could not deliver goes back to the bus, as the event that it was."""
    event = json.loads(message["Body"])
    entry = {
        "EventBusName": bus,
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
    }
    if events.put_events(Entries=[entry])["FailedEntryCount"]:
        raise OperatorError("The bus did not take a command.", "It is still in its queue: run this again.")


def _tell_again(functions: Any, _target: str, message: Message) -> None:  # noqa: ANN401 - boto3's own client
    """What a dialog failed at is told to its function again, which does nothing twice.

    Source: AWS, Lambda Developer Guide, "Adding a destination" (the record of a failed invocation).
    """
    record = json.loads(message["Body"])
    functions.invoke(
        FunctionName=record["requestContext"]["functionArn"],
        InvocationType="Event",
        Payload=json.dumps(record["requestPayload"]),
    )


def _options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    parser.add_argument("--queue", choices=QUEUES, required=True, help="whose dead letters")
    takes_json(parser)


def _redrive(out: Output, given: argparse.Namespace) -> int:
    redriven = redrive(Stack.of_stage(given.env), given.queue)
    left = len(redriven.left)
    sentence = f"Put back where they belong, of {given.queue}: {redriven.moved}."
    out.tell(sentence, {"queue": given.queue, "moved": redriven.moved, "left": left})
    if left:
        out.advise(_LEFT.format(count=left))
    return AMISS if left else WELL


COMMAND = Command(
    "Put back what a dead-letter queue holds",
    _redrive,
    ("make redrive QUEUE=events", "python -m operate redrive --queue events --env prod"),
    _options,
)
