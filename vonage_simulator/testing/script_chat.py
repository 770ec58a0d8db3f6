"""The chat of a script: what a customer writes and taps, line by line, and has to read in between.

chat:
  channel: whatsapp
  steps:
    - write: Hello
    - read: Which day suits you?
    - tap: Monday
    - wait: {hours: 23}
    - write: Ada
    - read: See you on Monday
"""

import time
from collections.abc import Callable
from datetime import timedelta

import httpx

from vonage_simulator.messages.buttons import buttons
from vonage_simulator.testing import script_messages
from vonage_simulator.testing.script_messages import LOOK_AGAIN_S
from vonage_simulator.types import Json, JsonValue

STEPS = ("write", "tap", "read", "wait")

# Writes a message; gives what went wrong.
Write = Callable[[Json], list[str]]


def chat(wanted: JsonValue) -> Json:
    """A chat as a script has it, checked: `channel`, `from` and `steps`.

    Raises:
        ValueError: something that nobody could follow.
    """
    if not isinstance(wanted, dict) or not isinstance(wanted.get("steps"), list):
        raise ValueError("chat is a mapping with a list of steps, and channel, from or to if need be")
    steps = wanted["steps"]
    for step in steps:
        if not isinstance(step, dict) or len(step) != 1 or not {*step} <= {*STEPS}:
            raise ValueError(f"a step of chat is one of {', '.join(STEPS)}; got {step!r}")
        if "wait" in step:
            _seconds(step["wait"])
    sides = {name: value for name, value in wanted.items() if name != "steps"}
    return script_messages.written(sides) | {"steps": steps}


class Chatting:
    """A customer who follows the steps of a script.

    Args:
        control: the control API of a simulated Vonage.
        write: writes a message.
        patience_s: how long a message is waited for, in real time.
    """

    def __init__(self, control: httpx.Client, write: Write, patience_s: float) -> None:
        self._control = control
        self._write = write
        self._patience_s = patience_s
        self._read = {message["message_uuid"] for message in self._listed()}

    def follow(self, chat: Json, to: str) -> list[str]:
        """Do all steps, up to the first that can't be done; says why, if there is one."""
        sides = {name: value for name, value in chat.items() if name != "steps"} | {"to": to}
        for step in chat["steps"]:
            [(verb, value)] = step.items()
            match verb:
                case "write":
                    failures = self._write({**sides, "text": str(value)})
                case "tap":
                    failures = self._tap(sides, str(value))
                case "read":
                    failures = self._wait_for(sides["from"], str(value))
                case _:
                    self._control.post("/clock", json={"advance_s": _seconds(value)}).raise_for_status()
                    failures = []
            if failures:
                return failures
        return []

    def _tap(self, sides: Json, title: str) -> list[str]:
        sent = [message for message in self._listed() if _is_to(message, sides["from"])]
        offered = [button for message in sent for button in buttons(message["body"])]
        for reply in reversed(offered):
            if reply["title"] == title:
                return self._write({**sides, "message_type": "reply", "reply": reply})
        there = ", ".join(dict.fromkeys(button["title"] for button in offered)) or "none"
        return [f'there is no button "{title}" to tap; there are: {there}']

    def _wait_for(self, customer: str, text: str) -> list[str]:
        """Read all messages up to the one with a text."""
        deadline = time.monotonic() + self._patience_s
        while True:
            unread = [
                message
                for message in self._listed()
                if _is_to(message, customer) and message["message_uuid"] not in self._read
            ]
            for message in unread:
                self._read.add(message["message_uuid"])
                if text.casefold() in message["words"].casefold():
                    return []
            if time.monotonic() > deadline:
                return [f'{customer} never received "{text}" within {self._patience_s:g} s']
            time.sleep(LOOK_AGAIN_S)

    def _listed(self) -> list[Json]:
        listed: list[Json] = self._control.get("/messages").raise_for_status().json()["messages"]
        return listed


def _is_to(message: Json, customer: str) -> bool:
    return bool(message["direction"] == "outbound" and message["body"]["to"] == customer)


def _seconds(wanted: JsonValue) -> float:
    """How long a `wait` is: `{hours: 23}`.

    Raises:
        ValueError: it isn't a time.
    """
    try:
        return timedelta(**wanted).total_seconds()
    except TypeError as error:
        raise ValueError(f"a wait is some of days, hours, minutes and seconds; got {wanted!r}") from error
