"""The queues: events on their way to the timeline and the bus, and commands on their way to Vonage.

The event queue is the write-ahead log: Vonage gets its 2xx only once an event is in it. It and the queue of
the flows' commands are FIFO queues with a group per call or message, which keeps their order and lets a
poison event block no other call; ids remove duplicates. Commands from the bus are in a standard queue: none
waits for another. One SendMessage over a kept connection, signed here: the event function starts cold in 2.5
times a bare handler's CPU, with boto3 in 7.3; a warm event takes 2.6 times a bare one, with boto3 8.

Source: Amazon SQS Developer Guide, "Using the message deduplication ID in Amazon SQS" (five minutes, also
after the message is received and deleted).
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from switchboard.aws.signed import Service
from switchboard.envelope import Envelope, short, subject
from switchboard.environment import required
from switchboard.errors import SettingError

# While a webhook waits, and while nobody does.
_HURRIED_S, _UNHURRIED_S = 1.5, 5

# A group or deduplication id as SQS takes it: up to 128 letters, digits and punctuation marks.
_SQS_ID = re.compile(r"[!-~]{1,128}")

# Escaped to ASCII, since SQS refuses some characters that JSON allows.
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)

_BULK = "SWITCHBOARD_BULK_COMMANDS_QUEUE_URL"
# The settings with the URL of a command queue and of its dead-letter queue. Only some stacks have the last.
_COMMAND_QUEUES = {
    "SWITCHBOARD_COMMANDS_QUEUE_URL": "SWITCHBOARD_COMMANDS_DLQ_URL",
    "SWITCHBOARD_BUS_COMMANDS_QUEUE_URL": "SWITCHBOARD_BUS_COMMANDS_DLQ_URL",
    _BULK: "SWITCHBOARD_BULK_COMMANDS_DLQ_URL",
    "SWITCHBOARD_CAMPAIGN_COMMANDS_QUEUE_URL": "SWITCHBOARD_CAMPAIGN_COMMANDS_DLQ_URL",
}

_sqs = Service("sqs", "AmazonSQS", "1.0", "AWS_ENDPOINT_URL_SQS")


class CommandQueue(NamedTuple):
    """A queue that commands come out of, by its URL, and that of its dead-letter queue."""

    url: str
    dead_letters_url: str

    @classmethod
    def of(cls, arn: str) -> "CommandQueue":
        """The queue that a message came out of, by its `eventSourceARN`.

        Raises:
            SettingError: no setting names this queue.
        """
        for name, dead_letters in _COMMAND_QUEUES.items():
            url = os.environ.get(name, "")
            if url and url.rpartition("/")[2] == arn.rpartition(":")[2]:
                return cls(url, required(dead_letters))
        raise SettingError(f"{arn} is none of the command queues. template.yaml names them: deploy again.")

    def put_rejected(self, command: Mapping[str, Any], message_id: str) -> None:
        """Keep a command that Vonage refused in the dead-letter queue, from where it can be sent again.

        Args:
            command: what it was.
            message_id: SQS's own, of the message that it came in. It's kept once for each: sent again, it may
                be refused within the five minutes for which SQS drops what has the same id.

        Raises:
            AwsError: it is not in the queue, as far as we know.
        """
        _send(self.dead_letters_url, command, command["id"], _UNHURRIED_S, once=message_id)

    def delay(self, receipt_handle: str, seconds: int) -> None:
        """Hide a received command for so many seconds from now.

        Raises:
            AwsError: it comes back when the queue's own time is over.
        """
        parameters = {"QueueUrl": self.url, "ReceiptHandle": receipt_handle, "VisibilityTimeout": seconds}
        _sqs.call("ChangeMessageVisibility", parameters, timeout_s=_UNHURRIED_S)


def put_event(event: Envelope, timeout_s: float = _HURRIED_S) -> None:
    """Put an event in the event queue.

    Raises:
        AwsError: it is not in the queue, as far as we know.
    """
    _send(required("SWITCHBOARD_QUEUE_URL"), event, event["subject"], timeout_s)


def put_unrecordable(event: Envelope, message_id: str) -> None:
    """Keep an event that can never be recorded in the dead-letter queue, where somebody can look at it.

    Args:
        event: what it is.
        message_id: SQS's own, of the message that it came in; once for each, as of a rejected command.

    Raises:
        AwsError: it is not in the queue, as far as we know.
    """
    once = f"{message_id}\n{event['id']}"  # two events may be in a message
    _send(required("SWITCHBOARD_EVENTS_DLQ_URL"), event, event["subject"], _UNHURRIED_S, once=once)


def put_commands(commands: Iterable[Mapping[str, Any]], group: str) -> None:
    """Put a flow's commands in their queue, to be carried out in order among those of the same group.

    Raises:
        AwsError: one of them is not in the queue, as far as we know.
    """
    for command in commands:
        _send(required("SWITCHBOARD_COMMANDS_QUEUE_URL"), command, group)


def put_bulk(commands: Iterable[Mapping[str, Any]]) -> None:
    """Put commands that are in no hurry in the queue of their own.

    Raises:
        AwsError: one of them is not in the queue, as far as we know.
    """
    for command in commands:
        _send(required(_BULK), command, command["id"], _UNHURRIED_S)


def bulk_waiting() -> int:
    """About how many of these wait there, or are being carried out.

    Raises:
        AwsError: nobody knows.
    """
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    asked = {"QueueUrl": required(_BULK), "AttributeNames": names}
    found = _sqs.call("GetQueueAttributes", asked, timeout_s=_UNHURRIED_S)["Attributes"]
    return sum(int(found[name]) for name in names)


def put_off(command: Mapping[str, Any], seconds: int) -> None:
    """Put a command in a queue of those from the bus, from which it comes after up to 900 seconds.

    Raises:
        AwsError: it is not in the queue, as far as we know.
    """
    bulk = os.environ.get(_BULK) if command.get("pace") == "bulk" else ""
    _send(bulk or required("SWITCHBOARD_BUS_COMMANDS_QUEUE_URL"), command, "", _UNHURRIED_S, seconds)


def put_result(result: Mapping[str, Any]) -> None:
    """Put what became of a command in the event queue, as the event `<command>.<outcome>`; twice is once.

    Raises:
        AwsError: it is not in the queue, as far as we know.
    """
    name = f"{result['command']}.{result['outcome']}"
    announce(name, f"{result['id']}\n{result['outcome']}", subject(result) or result["id"], result)


def announce(name: str, identity: str, about: str, payload: Mapping[str, Any]) -> None:
    """Put an event of our own in the event queue; with the same `identity` it is the same event.

    Raises:
        AwsError: it is not in the queue, as far as we know.
    """
    identity = hashlib.sha256(identity.encode()).hexdigest()
    event: Envelope = {
        "id": identity,
        "name": name,
        "received_at": time.time(),
        "subject": short(about),
        "payload": payload,
    }
    put_event(event, _UNHURRIED_S)


def _send(
    url: str,
    message: Mapping[str, Any],
    group: str,
    timeout_s: float = _HURRIED_S,
    delay_s: int = 0,
    *,
    once: str = "",
) -> None:
    parameters: dict[str, Any] = {"QueueUrl": url, "MessageBody": _ENCODER.encode(message)}
    if delay_s:
        parameters["DelaySeconds"] = delay_s
    if url.endswith(".fifo"):  # as SQS has them named; a standard queue refuses a deduplication id
        parameters |= {
            "MessageDeduplicationId": _sqs_id(once or message["id"]),
            "MessageGroupId": _sqs_id(group),
        }
    _sqs.call("SendMessage", parameters, timeout_s=timeout_s)


def _sqs_id(text: str) -> str:
    if _SQS_ID.fullmatch(text):
        return text
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
