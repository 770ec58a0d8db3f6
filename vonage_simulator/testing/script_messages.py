"""The messages of a script: one that a customer writes in place of a call, and those that are expected.

Expected messages are waited for, in real time: on a stage, what a flow returns goes through a queue.
"""

import time
from collections.abc import Iterator

import httpx

from vonage_simulator.messages.inbound import CHANNELS
from vonage_simulator.testing.phone import STANDARD_NUMBER
from vonage_simulator.types import Json, JsonValue

EXPECTED = ("to", "from", "channel", "text")
PATIENCE_S = 30.0
LOOK_AGAIN_S = 0.2


def expected(wanted: JsonValue) -> list[Json]:
    """The messages of a script's `expect`, each with some of `to`, `from`, `channel`, and part of its `text`.

    Raises:
        ValueError: something that no message could be compared with.
    """
    if not isinstance(wanted, list) or not wanted:
        raise ValueError("expect.messages is a list of messages, each with some of " + ", ".join(EXPECTED))
    for one in wanted:
        if not isinstance(one, dict) or not one or not set(one) <= set(EXPECTED):
            raise ValueError(f"a message in expect.messages has some of {', '.join(EXPECTED)}; got {one!r}")
    return [{name: str(value) for name, value in one.items()} for one in wanted]


def written(wanted: JsonValue) -> Json:
    """The message that a customer writes, by SMS unless it says otherwise.

    Raises:
        ValueError: no channel brings it here.
    """
    if not isinstance(wanted, dict):
        raise ValueError("message is a mapping with a text, or a message_type and its content")
    message = {"channel": "sms", "from": STANDARD_NUMBER, **wanted}
    if message["channel"] not in CHANNELS:
        raise ValueError(f"channel must be one of {', '.join(CHANNELS)}; got {message['channel']!r}")
    return message | {name: str(message[name]) for name in ("from", "to", "text") if name in message}


class Outbox:
    """What is sent from now on through a simulated Vonage, by its control API."""

    def __init__(self, control: httpx.Client) -> None:
        self._control = control
        self._before = {message["message_uuid"] for message in self._listed()}

    def missing(self, wanted: list[Json], within_s: float) -> list[str]:
        """Wait until all that is wanted was sent; a sentence for each message that never was."""
        deadline = time.monotonic() + within_s
        while (lacking := list(self._lacking(wanted))) and time.monotonic() < deadline:
            time.sleep(LOOK_AGAIN_S)
        if not lacking:
            return []
        sent = "; ".join(_words(message) for message in self._sent()) or "none"
        return [f"expected a message {one}; sent: {sent}" for one in lacking]

    def _lacking(self, wanted: list[Json]) -> Iterator[Json]:
        sent = self._sent()
        for one in wanted:
            found = next((message for message in sent if _is(message, one)), None)
            if found is None:
                yield one
            else:
                sent.remove(found)

    def _sent(self) -> list[Json]:
        return [
            message
            for message in self._listed()
            if message["direction"] == "outbound" and message["message_uuid"] not in self._before
        ]

    def _listed(self) -> list[Json]:
        listed: list[Json] = self._control.get("/messages").raise_for_status().json()["messages"]
        return listed


def _is(message: Json, wanted: Json) -> bool:
    same = all(str(message["body"].get(name)) == value for name, value in wanted.items() if name != "text")
    return same and wanted.get("text", "").casefold() in message["words"].casefold()


def _words(message: Json) -> str:
    body = message["body"]
    return f'{body["channel"]} from {body["from"]} to {body["to"]}: "{message["words"]}"'
