"""A call that is one function: its first answer, and what a step costs, early and late; beside it a chat."""

import json
from binascii import crc32
from collections.abc import Callable

from switchboard.webhooks import query

from benchmarks import chats, subjects
from benchmarks.cloud import Cloud
from benchmarks.results import Group
from benchmarks.subjects import Subject
from operate import paths
from tests.factories import SIGNATURE_SECRET, webhook_event

BEGIN = "dialog, first answer"
# The step that has its answer now, the first one being 1.
STEPS = {step: f"dialog, step {step}" for step in (1, 5, 20, 50)}
ROWS = [subjects.FLOOR, subjects.ANSWER_WITH_SECRET, BEGIN, *STEPS.values(), *chats.ROWS]

# As the candidate asks: kind and choices of each question are what a step's address is checked by.
_ASKED = "ask\n1 2 3"
_PAYLOAD = paths.ROOT / "events" / "event_input_dtmf.json"


def rows(cloud: Cloud) -> list[Subject]:
    """The floor, an answer that is no dialog, a call and a chat that are: in the same rounds."""
    variables = {"SWITCHBOARD_DIALOGS_TABLE_NAME": "dialogs"}
    steps = {BEGIN: subjects.signed("answer"), **{name: _step(step) for step, name in STEPS.items()}}
    dialogs = [
        subjects.candidate("answer", name, cloud, "dialog", event, variables) for name, event in steps.items()
    ]
    return [subjects.floor(), subjects.answer_with_secret(cloud), *dialogs, *chats.rows(cloud)]


def budgets(group: Group) -> dict[str, tuple[float, float]]:
    """What the dialogs came to, each with the most that it may be, in times the bare handler."""
    warm = {name: row["cpu_us"] for name, row in group.warm.items()}
    cold = {name: row["cpu_ms"] for name, row in group.cold.items()}
    return {
        "a dialog's step, warm p50, × bare handler": (
            max(group.times(name, "warm", "p50_us").median for name in STEPS.values()),
            6.0,
        ),
        "replay of 50 steps, CPU, × a warm call of the bare handler": (
            subjects.more(warm, STEPS[50], STEPS[1]),
            0.4,
        ),
        "a dialog's first answer, cold CPU beyond a plain one's, × bare handler": (
            subjects.more(cold, BEGIN, subjects.ANSWER_WITH_SECRET),
            0.2,
        ),
        **chats.budgets(group),
    }


def _step(step: int) -> Callable[[], bytes]:
    """Makes API Gateway's event of a pressed key, at the address of this step."""
    payload = json.loads(_PAYLOAD.read_text()) | {"dtmf": {"digits": "1", "timed_out": False}}
    checksum = crc32("\n".join([_ASKED] * step).encode())
    place = f"{step - 1}.ask.{checksum:08x}.20.1795000000000"
    fields = {"dialog": payload["conversation_uuid"], "step": place}
    address = query.write("answer", fields, SIGNATURE_SECRET)

    def event() -> bytes:
        arrived = webhook_event("answer", payload, rawQueryString=address)
        arrived["requestContext"]["timeEpoch"] = 0
        return json.dumps(arrived).encode()

    return event
