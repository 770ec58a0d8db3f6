"""A chat that is one function: its first message, and what an answer costs, early and late in the chat."""

import json
from binascii import crc32
from collections.abc import Callable
from typing import Any

from switchboard.dialogs.chats.item import key_of
from switchboard.dialogs.history import of_message

from benchmarks import subjects
from benchmarks.cloud import Cloud
from benchmarks.results import Group
from benchmarks.subjects import Subject
from operate import paths
from tests.factories import webhook_event

Json = dict[str, Any]

BEGIN = "chat, first message"
# The question that is answered now, the first one being 1.
STEPS = {step: f"chat, answer {step}" for step in (1, 5, 20, 50)}
ROWS = [BEGIN, *STEPS.values()]

# As the candidate asks: kind and choices of each question, as they are kept in a sum.
_ASKED = "choice\nOne\nTwo\nThree"
_AT = 1795000000.123
_MESSAGE: Json = json.loads((paths.ROOT / "events" / "inbound_sms_text.json").read_text())


def rows(cloud: Cloud) -> list[Subject]:
    """A first message, and answers."""
    variables = {"SWITCHBOARD_DIALOGS_TABLE_NAME": "dialogs"}
    names = {0: BEGIN, **STEPS}
    return [
        subjects.candidate("inbound", name, cloud, "chat", _event(step), variables)
        for step, name in names.items()
    ]


def budgets(group: Group) -> dict[str, tuple[float, float]]:
    """What the chats came to, each with the most that it may be, in times the bare handler."""
    warm = {name: row["cpu_us"] for name, row in group.warm.items()}
    return {
        "a chat's answer, warm p50, × bare handler": (
            max(group.times(name, "warm", "p50_us").median for name in STEPS.values()),
            16.0,
        ),
        "replay of 50 answers, CPU, × a warm call of the bare handler": (
            subjects.more(warm, STEPS[50], STEPS[1]),
            0.8,  # twice a call's: a chat keeps the ids of its messages, too, which have to be read
        ),
    }


def items() -> dict[str, Json]:
    """What the table has of each chat, by its id, before its message comes."""
    return {key_of(_message(step)): _item(step - 1) for step in STEPS}


def _message(step: int) -> Json:
    """The message that answers a question; each is of another customer."""
    timestamp = "2026-11-18T07:06:40.123Z"
    answer = {"from": f"4477009001{step:02}", "text": "2", "timestamp": timestamp}
    return {**_MESSAGE, **answer, "message_uuid": f"answer-{step}"}


def _item(answered: int) -> Json:
    """A chat that has had so many answers and waits for the next one."""
    begun = {**_message(answered + 1), "message_uuid": "first", "at": _AT}
    kept = {"message_uuid": _MESSAGE["message_uuid"], "choice": "Two"}
    answer = of_message(["choice", kept, _AT])
    asked = crc32("\n".join([_ASKED] * (answered + 1)).encode())
    return {
        "id": {"S": key_of(begun)},
        "begun": {"S": json.dumps(begun, separators=(",", ":"))},
        **{f"s{step}": {"S": answer} for step in range(answered)},
        f"n{answered}": {"S": str(asked)},
    }


def _event(step: int) -> Callable[[], bytes]:
    """Makes API Gateway's event of a message."""
    payload = _message(step)

    def event() -> bytes:
        arrived = webhook_event("inbound", payload)
        arrived["requestContext"]["timeEpoch"] = 0
        return json.dumps(arrived).encode()

    return event
