"""A customer's messages in a test's hand: send, and read what comes back."""

import asyncio
import time
from datetime import timedelta
from typing import NoReturn

from vonage_simulator.messages import inbound
from vonage_simulator.messages.buttons import buttons
from vonage_simulator.testing.commands.waiting import seconds_until
from vonage_simulator.testing.held_time import while_time_runs
from vonage_simulator.testing.phone import STANDARD_NUMBER
from vonage_simulator.testing.simulation import Simulation
from vonage_simulator.testing.verdict import cause, failures, not_done
from vonage_simulator.types import JsonValue
from vonage_simulator.verifications.codes import code_in

PATIENCE_S = 5.0
LOOK_AGAIN_S = 0.02
# What begins at a time has begun then.
A_MOMENT_S = 0.01


class Texting:
    """A customer on one channel.

    Args:
        simulation: where the messages go.
        channel: `sms`, `whatsapp`, ….
        number: the customer's own, or the e-mail address.
    """

    def __init__(self, simulation: Simulation, channel: str = "sms", number: str = STANDARD_NUMBER) -> None:
        self.number = number
        self._simulation = simulation
        self._channel = channel
        self._read = 0

    def of(self, number: str) -> "Texting":
        """Somebody else on the same channel, such as the owner whom a flow writes to."""
        return Texting(self._simulation, self._channel, number)

    def send(self, text: str = "", **instead: JsonValue) -> None:
        """Write to the application's number.

        Args:
            text: what is written.
            instead: the members of a message of another type, in Vonage's words:
                `message_type="image", image={"url": "https://…"}`; or beside a text,
                `email={"subject": "Hi"}`.

        Raises:
            AssertionError: the inbound webhook did not take the message, in a day of trying.
        """
        vonage = self._simulation.vonage
        content = {"text": text, **instead} if text else instead
        to = self._simulation.mail if self._channel == "email" else self._simulation.number
        message = {"channel": self._channel, "from": self.number, "to": to, **content}
        outcome = vonage.engine.run(while_time_runs(vonage, inbound.receive(vonage.mailbox, message)))
        if not outcome["delivered"]:
            self._fail(f"the inbound webhook did not take the message: {outcome['failure']}")

    def taps(self, title: str) -> None:
        """Tap a button, a row of a list or a suggestion of the newest message that has one of this title.

        Only in process: of what a deployed stack sent, the words alone are known.

        Raises:
            AssertionError: no message has, or the inbound webhook did not take it.
        """
        self._simulation.sent_to(self.number)  # what a flow asked for has been sent by then
        messages = self._simulation.vonage.mailbox.messages.values()
        mine = [each.body for each in messages if each.body["to"] == self.number]
        offered = [button for body in mine for button in buttons(body)]
        reply = next((button for button in reversed(offered) if button["title"] == title), None)
        if reply is None:
            there = ", ".join(dict.fromkeys(button["title"] for button in offered)) or "none"
            self._fail(f'{self.number} has no button "{title}" to tap; there are: {there}')
        self.send(message_type="reply", reply=reply)

    def receives(self, text: str, within_s: float = PATIENCE_S) -> str:
        """Wait, in real time, for a message that contains the text, or the URL or name of a file.

        Returns:
            The whole message.
        """
        deadline = time.monotonic() + within_s
        while True:
            received = self._simulation.sent_to(self.number)
            for index, one in enumerate(received[self._read :], start=self._read):
                if text.casefold() in one.casefold():
                    self._read = index + 1
                    return one
            if time.monotonic() > deadline:
                got = "; ".join(f'"{one}"' for one in received[self._read :]) or "nothing"
                self._fail(f'{self.number} never received "{text}" within {within_s:g} s; received: {got}')
            time.sleep(LOOK_AGAIN_S)

    def receives_code(self, within_s: float = PATIENCE_S) -> str:
        """Wait for a message with a code of a verification, and read it."""
        return code_in(self.receives("code", within_s))

    @property
    def received(self) -> list[str]:
        """All texts so far, oldest first."""
        return self._simulation.sent_to(self.number)

    def waits(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Let simulated time pass: of calls, statuses, retries and chats. Functions have the real one."""
        passing = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
        vonage = self._simulation.vonage
        vonage.engine.run(while_time_runs(vonage, asyncio.sleep(passing)))

    def waits_until(self, clock: str, zone: str = "UTC") -> None:
        """Let simulated time pass until clocks have shown a time the next time, `09:00` or `Mon 09:00`.

        Args:
            clock: what they show.
            zone: where, as in `Europe/London`.

        Raises:
            ValueError: `clock` is written otherwise.
        """
        now = self._simulation.vonage.clock.now()
        self.waits(seconds_until(clock, zone, now) + A_MOMENT_S)

    def _fail(self, what: str) -> NoReturn:
        """Say what did not happen, and what is wrong with the webhooks so far, from what a flow raised."""
        vonage = self._simulation.vonage
        entries = vonage.journal.entries(kind="webhook")
        lines = [what, *not_done(self._simulation), *failures(entries)]
        raise AssertionError("\n".join(lines)) from cause(vonage, entries)
