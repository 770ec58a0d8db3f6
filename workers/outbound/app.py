"""Commands come out of their queues: messages to send, calls to place and to change.

They come from flows, which return them, in a FIFO queue, and from other stacks, which put them on the event
bus, in a standard one. Each is carried out once for its id, and what became of it is an event:
`messages.send.accepted`, `voice.call.uncertain` and so on. What Vonage certainly did not accept is tried
again, when Vonage says so or a little later each time; what it refuses is also kept in the dead-letter queue.
A result that could not be told is told in seconds, without asking Vonage again. What is to wake a chat is
given to EventBridge Scheduler: it is made here, as nobody outside can reach this function.

Source: AWS, "Handling errors for an SQS event source in Lambda" (ReportBatchItemFailures).
"""

import json
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from switchboard import telemetry
from switchboard.aws import queues, schedules
from switchboard.aws.queues import CommandQueue
from switchboard.dialogs.chats import wake
from switchboard.errors import SwitchboardError
from switchboard.outbound.carrying_out import carry_out, give_up
from switchboard.outbound.claims import LaterError
from switchboard.outbound.delaying import DUE, DelayedError, come_back
from switchboard.request import without_halves
from switchboard.wire.reach.marks import MARKS

if TYPE_CHECKING:
    from switchboard.wire.commands import Result

# About half a day of Vonage asking for patience; the queue itself gives up later than this.
MOST_ATTEMPTS = 60
LONGEST_DELAY_S = 900
# Nobody waits for Vonage then: only for our own queue.
LONGEST_DELAY_OF_A_RESULT_S = 60
# How Vonage refuses what a customer did rather than anybody here: a wrong code (422 isn't documented for one
# that is too short), a second call while a code is out, a wish that comes too late.
CUSTOMERS = {
    "verify.check": (400, 404, 410, 422),
    "verify.start": (409,),
    "verify.next_workflow": (404, 409),
    "verify.cancel": (404,),
}
# A queue's own age leaves out what was received three times.
OVERDUE_S = 3600


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
    if command["name"] == wake.NAME:
        return schedule(message, command)
    if command["name"] == DUE:
        return bring_back(message, command)
    try:
        result = attempt(command, received(message), sent_at(message))
    except DelayedError as delayed:
        telemetry.outcome("Delayed", "outbound", "INFO", **facts, reason=str(delayed))
        return True
    except LaterError as later:
        put_off(message, min(later.after_s or backoff_s(message), LONGEST_DELAY_S))
        is_late = command.get("pace") != "bulk" and is_overdue(message)  # bulk may take days
        telemetry.outcome(
            "Overdue" if is_late else "Later", "outbound", "WARNING", **facts, reason=str(later)
        )
        return False
    except Exception as failure:  # noqa: BLE001 - one command must not stop the others
        put_off(message, backoff_s(message))
        telemetry.outcome("Failed", "outbound", "ERROR", **facts | telemetry.where(failure))
        return False
    try:
        tell(message, command, result)
    except Exception as failure:  # noqa: BLE001 - as above; what was done is remembered
        put_off(message, min(backoff_s(message), LONGEST_DELAY_OF_A_RESULT_S))
        telemetry.outcome("NotTold", "outbound", "ERROR", **facts | telemetry.where(failure))
        return False
    if result.get("opted_out") or is_cancellation(result):
        name = "OptedOut" if result.get("opted_out") else "Cancelled"
        telemetry.outcome(name, "outbound", "INFO", **facts, found=result.get("found"))
        return True
    if is_customers(result):
        telemetry.outcome("NotVerified", "outbound", "INFO", **facts, status=result["status_code"])
        return True
    level: telemetry.Severity = "INFO" if result["outcome"] == "accepted" else "ERROR"
    facts |= {"status": result.get("status_code"), **telemetry.describe(result)}
    telemetry.outcome(result["outcome"].capitalize(), "outbound", level, **facts)
    return True


def schedule(message: dict[str, Any], command: dict[str, Any]) -> bool:
    """Have a chat woken at its time; False when that is to be tried again."""
    facts: dict[str, object] = {"id": command["id"], "command": command["name"]}
    inbound = os.environ.get("SWITCHBOARD_INBOUND_ARN")
    if not inbound:
        return True  # the stack has no chats any more
    try:
        called = {"detail-type": command["name"], "detail": command["detail"]}
        schedules.once(command["id"], command["detail"]["at"], inbound, called)
    except Exception as failure:  # noqa: BLE001 - one command must not stop the others
        put_off(message, backoff_s(message))
        name = "Overdue" if is_overdue(message) else "NotScheduled"
        telemetry.outcome(name, "outbound", "ERROR", **facts | telemetry.where(failure))
        return False
    telemetry.outcome("Scheduled", "outbound", "INFO", **facts)
    return True


def bring_back(message: dict[str, Any], command: dict[str, Any]) -> bool:
    """Put a command in its queue that waited for its time; False when that is to be tried again."""
    facts: dict[str, object] = {"id": command["id"], "command": command["name"]}
    try:
        is_back = come_back(command["id"])
    except Exception as failure:  # noqa: BLE001 - one command must not stop the others
        put_off(message, backoff_s(message))
        telemetry.outcome("Failed", "outbound", "ERROR", **facts | telemetry.where(failure))
        return False
    telemetry.outcome("Due" if is_back else "NotDue", "outbound", "INFO", **facts)
    return True


def read(message: dict[str, Any]) -> dict[str, Any]:
    """The command in a message: a flow's own, or an event of the bus, whose id is then the command's.

    What cannot be read comes back as a command that nobody knows, to be rejected as any other.
    """
    try:
        found = json.loads(message["body"])
        if r"\ud" in message["body"].lower():  # a flow that cuts a text may cut an emoji
            found = without_halves(found)
        if not found.get("detail-type"):  # with whatever else stands in it, such as a misspelt mark
            return {**found, "id": str(found["id"]), "name": found["name"], "detail": found["detail"]}
        detail, marks = found["detail"], {}
        if isinstance(detail, dict):  # an event has no other place for them
            marks = {name: detail[name] for name in MARKS if name in detail}
            detail = {name: detail[name] for name in detail if name not in MARKS}
        return {"id": str(found["id"]), "name": found["detail-type"], "detail": detail, **marks}
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return {"id": message["messageId"], "name": "unreadable", "detail": message["body"]}


def attempt(command: dict[str, Any], times: int, sent_at: float) -> "Result":
    """The result of a command, which is a rejection once it was received too many times."""
    try:
        return carry_out(command, redelivered=times > 1, sent_at=sent_at)
    except LaterError as later:
        if times < MOST_ATTEMPTS:
            raise
        return give_up(command, f"Given up after {times} attempts: {later}")


def tell(message: dict[str, Any], command: dict[str, Any], result: "Result") -> None:
    """Say what became of a command, and keep one that was rejected where it can be sent again from."""
    queues.put_result(result)
    is_nobodys_fault = is_customers(result) or is_cancellation(result) or result.get("opted_out")
    if result["outcome"] == "rejected" and not is_nobodys_fault:
        CommandQueue.of(message["eventSourceARN"]).put_rejected(command, message["messageId"])


def is_customers(result: "Result") -> bool:
    """Whether a verification was refused for what a customer did: nobody has to look into that."""
    return result.get("status_code") in CUSTOMERS.get(result["command"], ())


def is_cancellation(result: "Result") -> bool:
    """Whether a command was cancelled, or was to be and had been carried out: somebody wanted it so."""
    return "cancelled" in result or (result["outcome"] == "rejected" and "found" in result)


def put_off(message: dict[str, Any], seconds: int) -> None:
    """Have a command come back after so long; failing that, when the queue's own time is over."""
    with suppress(SwitchboardError):
        CommandQueue.of(message["eventSourceARN"]).delay(message["receiptHandle"], seconds)


def received(message: dict[str, Any]) -> int:
    """How many times the queue has given a message, this time included."""
    return int(message["attributes"]["ApproximateReceiveCount"])


def sent_at(message: dict[str, Any]) -> float:
    """When a message was put in its queue, in Unix time."""
    return int(message["attributes"]["SentTimestamp"]) / 1000


def backoff_s(message: dict[str, Any]) -> int:
    """Twice as long each time."""
    return int(min(2 ** min(received(message), 10), LONGEST_DELAY_S))


def is_overdue(message: dict[str, Any]) -> bool:
    """Whether a command has been tried for so long that somebody should know."""
    return time.time() - sent_at(message) >= OVERDUE_S
