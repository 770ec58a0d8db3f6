"""What the questions work with: the account, a number lent, an application of the run's own, and a person."""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from operate.ask_vonage.account import AskedError, Json, VonageAccount
from operate.ask_vonage.lent import LentNumber
from operate.ask_vonage.person import Person
from operate.ask_vonage.question import UndecidedError
from operate.ask_vonage.webhooks import Webhooks

# Applications of every run are named so, and those of one run alike; the name tells what a run has left.
NAME = "switchboard ask-vonage"
_POLL_S = 0.5


@dataclass
class Inquiry:
    """One run.

    Attributes:
        account: Vonage.
        person: Who agrees to calls, picks up, dials and writes.
        number: A number of the account that nothing uses, or empty.
        phones: The person's telephones: none, one or two.
        webhooks: Where Vonage reaches this machine, or None when it can't.
        now: Seconds, and how to let some pass.
        sleep: Lets seconds pass.
    """

    account: VonageAccount
    person: Person
    number: str = ""
    phones: tuple[str, ...] = ()
    webhooks: Webhooks | None = None
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    name: str = field(default_factory=lambda: f"{NAME} {secrets.token_hex(4)}")
    _lent: LentNumber | None = None
    _called: Json | None = field(default=None, repr=False)  # with its private key

    def lent(self) -> LentNumber:
        """The number.

        Raises:
            UndecidedError: None was given.
        """
        if not self.number:
            raise UndecidedError("no number was given: NUMBER=…")
        if self._lent is None:
            self._lent = LentNumber(self.account, self.number)
        return self._lent

    def make_application(self, capabilities: Json) -> Json:
        """An application of this run's, with its private key, which is kept nowhere."""
        document = {"name": self.name, "capabilities": capabilities, "privacy": {"improve_ai": False}}
        return self.account.application("POST", document=document)

    def delete_application(self, application_id: str) -> None:
        """Delete it, if it is still there."""
        try:
            self.account.application("DELETE", application_id)
        except AskedError as refusal:
            if refusal.status != 404:
                raise

    def called(self) -> Json:
        """The application with webhooks here that the number leads to, made when it is first needed."""
        if self._called is None:
            made = self.make_application(self.open_webhooks().capabilities())
            self.lent().link(made["id"])
            self._called = made
        return self._called

    def open_webhooks(self) -> Webhooks:
        """Where Vonage reaches this machine.

        Raises:
            UndecidedError: It can't.
        """
        if self.webhooks is None:
            raise UndecidedError("Vonage can't reach this machine: URL=https://… of a tunnel")
        return self.webhooks

    def wait_for(self, happened: Callable[[], object], seconds: float) -> bool:
        """Wait until something has happened, at most so long; whether it has."""
        until = self.now() + seconds
        while not happened():
            if self.now() >= until:
                return False
            self.sleep(_POLL_S)
        return True

    def leave(self) -> list[str]:
        """Give the number back and delete what this run has made; what is left, in words."""
        left = []
        if self.number:
            with suppress(AskedError, httpx.HTTPError):
                self.lent().give_back()
        for made in [each for each in self.account.applications() if each["name"] == self.name]:
            try:
                self.delete_application(made["id"])
            except (AskedError, httpx.HTTPError):
                left.append(f"the application {made['id']}; delete it in the Vonage dashboard")
        if self.number and not self.lent().is_free():
            left.append(f"a link or setting of {self.number}; clear it in the Vonage dashboard")
        return left


def leftovers(account: VonageAccount) -> list[Json]:
    """Applications that an earlier run has left, because it was cut off."""
    return [each for each in account.applications() if each["name"].startswith(f"{NAME} ")]
