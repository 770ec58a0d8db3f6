"""Calls and messages that keep coming in while something else happens, and what became of them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from vonage_simulator.calls.call import CallOutcome
from vonage_simulator.messages import inbound
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]

PAUSE_S = 0.2  # between one call and the next; a call makes about ten requests
MOST_S = 120  # that they go on after the block
CALLER = "447700900111"
# Two cores that do all at once may take longer than callers are let wait, or than AWS is waited for: a queue
# for 1.5 s at most. Nothing else is forgiven.
OF_A_SLOW_MACHINE = {"Late", "socket timeout", "AWS was slow"}
AWS_WAITED_FOR_MS = 1500
QUEUED = {"event", "inbound", "status", "rtcevent"}


@dataclass
class Traffic:
    """What came in, once the block of `coming_in` is over.

    Attributes:
        calls: How each call went.
        webhooks: Every webhook that Vonage sent for calls and messages, from its journal.
    """

    calls: list[CallOutcome] = field(default_factory=list)
    webhooks: list[Json] = field(default_factory=list)

    def failed(self, *kinds: str) -> list[Json]:
        """The webhooks, of these kinds or all, that were not answered as Vonage needs it."""
        return [
            hook for hook in self.webhooks if hook.get("failure") and (hook["webhook"] in kinds or not kinds)
        ]

    def failures(self) -> set[str]:
        """Why they were not: what the code says, else the error it ended with, else the failure.

        An earlier release's code says nothing of a queue that it waited for in vain, so how long a refusal
        took tells that from one that it has another reason for.
        """
        return {_why(hook) for hook in self.failed()}

    def said(self) -> list[str]:
        """What the caller of each call heard first; empty for one who heard nothing."""
        talks = [[line["text"] for line in call.transcript if line["what"] == "talk"] for call in self.calls]
        return [heard[0] if heard else "" for heard in talks]

    def sent(self) -> set[str]:
        """The payload of every message, and of every event that the stack took: the timeline must have it."""
        return {
            canonical(hook["request"]["body"])
            for hook in self.webhooks
            if hook["webhook"] == "inbound" or (hook["webhook"] in QUEUED and not hook.get("failure"))
        }


def _why(hook: Json) -> str:
    is_refused = hook.get("response", {}).get("status") == 503
    if is_refused and hook["duration_ms"] >= AWS_WAITED_FOR_MS:
        return "AWS was slow"
    troubles = [outcome["name"] for outcome in hook.get("outcomes") or [] if outcome["severity"] == "ERROR"]
    if troubles:
        return str(troubles[-1])
    body = hook.get("response", {}).get("body")
    return str(body["errorMessage"] if isinstance(body, dict) and "errorMessage" in body else hook["failure"])


def canonical(payload: Json) -> str:
    """A payload as a text that is the same whatever the order of its members."""
    return json.dumps(payload, sort_keys=True)


@contextmanager
def coming_in(vonage: Vonage, number: str, least: int) -> Iterator[Traffic]:
    """Let somebody call a number again and again, and somebody else write to it, until the block ends.

    On a slow machine they go on for a while after it, until there were at least so many calls.

    Each waits for the last call or message to be over, so that a slow machine sees fewer and not a crowd. A
    message that was refused comes again afterwards: Vonage sends it for 24 hours.
    """
    traffic, began = Traffic(), len(vonage.journal.entries())
    enough, stopped = threading.Event(), threading.Event()

    def call() -> None:
        traffic.calls.append(vonage.engine.run(vonage.lines.call_in(CALLER, number)))
        if len(traffic.calls) >= least:
            enough.set()

    def write() -> None:
        sms = {"channel": "sms", "from": CALLER, "to": number, "text": "Is anybody there?"}
        vonage.engine.run(inbound.receive(vonage.mailbox, sms))

    def sent() -> list[Json]:
        return vonage.journal.entries(after=began, kind="webhook")

    def keep(doing: Callable[[], None]) -> None:
        while not stopped.wait(PAUSE_S):
            doing()

    people = [threading.Thread(target=keep, args=(doing,)) for doing in (call, write)]
    for person in people:
        person.start()
    try:
        yield traffic
        enough.wait(MOST_S)
    finally:
        stopped.set()
        for person in people:
            person.join()
        for refused in [hook for hook in sent() if hook["webhook"] == "inbound" and hook.get("failure")]:
            vonage.engine.run(vonage.delivery.replay(refused))
        traffic.webhooks += sent()
