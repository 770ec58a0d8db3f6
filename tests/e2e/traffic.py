"""Calls and messages that keep coming in while something else happens, and what became of them."""

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
CALLER = "447700900111"
QUEUED = {"event", "inbound", "status", "rtcevent"}


@dataclass
class Traffic:
    """What came in, once the block of `coming_in` is over.

    Attributes:
        calls: How each call went.
        messages: What became of each message.
        webhooks: Every webhook that Vonage sent meanwhile, from its journal.
    """

    calls: list[CallOutcome] = field(default_factory=list)
    messages: list[Json] = field(default_factory=list)
    webhooks: list[Json] = field(default_factory=list)

    def refused(self) -> list[tuple[str, str]]:
        """Kind and failure of each webhook that didn't get what it was sent for, and of each fallback."""
        return [
            (hook["webhook"], hook.get("failure", "asked"))
            for hook in self.webhooks
            if hook.get("failure") or hook["webhook"] == "fallback"
        ]

    def said(self) -> list[str]:
        """What the caller of each call heard first."""
        return [
            next(line["text"] for line in call.transcript if line["what"] == "talk") for call in self.calls
        ]

    def events(self) -> set[tuple[str, str]]:
        """Each event that the stack took, by its webhook and payload: what the timeline must have."""
        return {
            (hook["webhook"], repr(hook["request"]["body"]))
            for hook in self.webhooks
            if hook["webhook"] in QUEUED and not hook.get("failure")
        }


@contextmanager
def coming_in(vonage: Vonage, number: str) -> Iterator[Traffic]:
    """Let somebody call a number again and again, and somebody else write to it, until the block ends.

    Each waits for the last call or message to be over, so that a slow machine sees fewer and not a crowd.
    """
    traffic, began, stopped = Traffic(), len(vonage.journal.entries()), threading.Event()

    def call() -> None:
        traffic.calls.append(vonage.engine.run(vonage.lines.call_in(CALLER, number)))

    def write() -> None:
        sms = {"channel": "sms", "from": CALLER, "to": number, "text": f"Message {len(traffic.messages)}"}
        traffic.messages.append(vonage.engine.run(inbound.receive(vonage.mailbox, sms)))

    def keep(doing: Callable[[], None]) -> None:
        while not stopped.wait(PAUSE_S):
            doing()

    people = [threading.Thread(target=keep, args=(doing,)) for doing in (call, write)]
    for person in people:
        person.start()
    try:
        yield traffic
    finally:
        stopped.set()
        for person in people:
            person.join()
        traffic.webhooks += vonage.journal.entries(after=began, kind="webhook")
