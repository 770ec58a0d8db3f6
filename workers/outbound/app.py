"""Commands come out of the command queue: messages to send, calls to place and to change.

They come from flows, which return them, and from other stacks, which put them on the event bus. Each is
carried out once for its id, and what became of it is an event: `messages.send.accepted`,
`voice.call.uncertain` and so on. What was surely not accepted is tried again, when Vonage says so or a little
later each time; what Vonage refuses is also kept in the dead-letter queue.

Source: AWS, "Handling errors for an SQS event source in Lambda" (ReportBatchItemFailures).
"""

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from switchboard import telemetry
from switchboard.aws import queues
from switchboard.errors import AwsError
from switchboard.outbound.carrying_out import LaterError, carry_out, give_up

if TYPE_CHECKING:
    from switchboard.wire.commands import Result

# Enough for a day of Vonage asking for patience; the queue itself gives up later than this.
MOST_ATTEMPTS = 60
LONGEST_DELAY_S = 900


def lambda_handler(batch: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """Carry out a batch; what is to be tried again is named in `batchItemFailures`."""
    messages = batch["Records"]
    for index, message in enumerate(messages):
        if not handle(message):
            # Those behind it may be meant to come after it.
            return {"batchItemFailures": [{"itemIdentifier": m["messageId"]} for m in messages[index:]]}
    return {"batchItemFailures": []}


def handle(message: dict[str, Any]) -> bool:
    """Carry out one command and say what became of it; False when it is to be tried again."""
    command = read(message)
    facts: dict[str, object] = {"id": command["id"], "command": command["name"]}
    try:
        result = attempt(command, int(message["attributes"]["ApproximateReceiveCount"]))
        queues.put_result(result)
        if result["outcome"] == "rejected":
            queues.put_rejected(command)
    except LaterError as later:
        with suppress(AwsError):  # then it comes back when the queue's own time is over
            queues.delay(message["receiptHandle"], delay_s(message, later))
        telemetry.outcome("Later", "outbound", "WARNING", **facts, reason=str(later))
        return False
    except Exception as failure:  # noqa: BLE001 - one command must not stop the others
        telemetry.outcome("Failed", "outbound", "ERROR", **facts | telemetry.where(failure))
        return False
    level: telemetry.Severity = "INFO" if result["outcome"] == "accepted" else "ERROR"
    facts |= {"status": result.get("status_code"), **telemetry.describe(result)}
    telemetry.outcome(result["outcome"].capitalize(), "outbound", level, **facts)
    return True


def read(message: dict[str, Any]) -> dict[str, Any]:
    """The command in a message: a flow's own, or an event of the bus, whose id is then the command's.

    What cannot be read comes back as a command that nobody knows, to be rejected as any other.
    """
    try:
        found = json.loads(message["body"])
        return {
            "id": str(found["id"]),
            "name": found.get("detail-type") or found["name"],
            "detail": found["detail"],
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        return {"id": message["messageId"], "name": "unreadable", "detail": message["body"]}


def attempt(command: dict[str, Any], attempts: int) -> "Result":
    """The result of a command, which is a rejection after too many attempts."""
    try:
        return carry_out(command)
    except LaterError as later:
        if attempts < MOST_ATTEMPTS:
            raise
        return give_up(command, f"Given up after {attempts} attempts: {later}")


def delay_s(message: dict[str, Any], later: LaterError) -> int:
    """How long to wait: as long as Vonage said, else twice as long each time."""
    attempts = int(message["attributes"]["ApproximateReceiveCount"])
    return min(later.after_s or 2 ** min(attempts, 10), LONGEST_DELAY_S)
