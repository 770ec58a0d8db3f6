"""A run against the simulated Vonage, over real HTTP on its clock; its telephones are the person's."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from operate.ask_vonage import run
from operate.ask_vonage.account import VonageAccount
from operate.ask_vonage.inquiry import Inquiry
from operate.ask_vonage.person import Favour
from operate.ask_vonage.question import Answer
from operate.ask_vonage.server import serving
from vonage_simulator.account.account import Account
from vonage_simulator.server import running
from vonage_simulator.switches import changed
from vonage_simulator.vonage import Vonage

NUMBER, PHONE, OTHER = "447700900000", "447700900111", "447700900222"
HEARS_HELLO = ({"hear": "say hello", "within": 240}, {"wait": 2}, {"say": "hello"})
HANGS_UP = ({"hear": "hang up", "within": 240}, {"wait": 6}, {"say": "Call me back."}, {"hang_up": True})


@dataclass
class SimulatedPerson:
    """Does at the simulator's telephones what a person would do at real ones.

    Attributes:
        vonage: Where the telephones are.
        does: What the person does on the first telephone, once it is picked up.
        picks: What becomes of the first telephone when it rings.
        agrees_to: Whether the person agrees to what they are told.
        sees_foreign: What the person says of the second telephone's display.
        writes: Whether the person sends the SMS, and says so.
        agreements: What the person was asked to agree to.
        favours: What the person was asked to do.
    """

    vonage: Vonage
    does: tuple[dict[str, Any], ...] = ()
    picks: str = "answer"
    agrees_to: Callable[[str], bool] = lambda _: True
    sees_foreign: bool | None = False
    writes: bool = True
    agreements: list[str] = field(default_factory=list)
    favours: list[Favour] = field(default_factory=list)

    def agrees(self, to: str) -> bool:
        self.agreements.append(to)
        return self.agrees_to(to)

    def is_asked_to(self, do: Favour, **who: str) -> None:
        self.favours.append(do)
        match do:
            case Favour.PICK_UP | Favour.PICK_UP_BOTH:
                answers = {"picks": self.picks, "steps": list(self.does)}
                self.post("callees", {PHONE: answers, OTHER: {"picks": "answer"}})
                for kind in ("member:joined", "member:left"):  # as a call's own, which aren't simulated
                    self.post("rtc", {"type": kind, "conversation_id": "CON-1", "from": "MEM-1"})
            case Favour.CALL_WITHHELD:
                self.post("calls", {"withheld": True, "to": who["number"]})
            case Favour.WRITE if self.writes:
                self.post("messages", {"channel": "sms", "from": PHONE, "to": who["number"], "text": "Hi"})

    def confirms(self, question: str) -> bool | None:
        return self.writes if "send it" in question else self.sees_foreign

    def post(self, path: str, body: dict[str, Any]) -> None:
        """Tell the simulator. What it refuses is what a real Vonage would lose."""
        httpx.post(f"{self.vonage.url}/_simulator/{path}", json=body, timeout=30)


@dataclass
class World:
    """A Vonage in some positions of its switches, and whoever asks it."""

    vonage: Vonage
    person: SimulatedPerson
    inquiry: Inquiry
    reported: list[Answer] = field(default_factory=list)

    def positioned(self, **switches: object) -> "World":
        """Put switches into these positions."""
        account = self.vonage.account
        account.switches = changed(account.switches, switches)
        return self

    def ask(self, *only: str) -> dict[str, Answer]:
        """Run, and give the answers by their switches."""
        asked = run.run(self.inquiry, only, self.reported.append)
        self.left = asked.left
        return {each.switch: each for each in asked.answers}

    def is_clean(self) -> bool:
        """Whether the account is as it was: no application, and numbers with nothing but their own."""
        numbers = self.vonage.account.numbers.values()
        return not self.vonage.account.applications and all(
            each.keys() <= {"country", "msisdn", "type", "features"} for each in numbers
        )


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with running(Account.seeded()) as vonage, contextlib.ExitStack() as stack:
        monkeypatch.setenv("VONAGE_API_URL", vonage.url)

        def sleep(seconds: float) -> None:
            vonage.engine.run(asyncio.sleep(seconds))

        account = VonageAccount(*vonage.credentials, sleep)
        stack.callback(account.close)
        webhooks = stack.enter_context(serving(0, vonage.clock.seconds))
        person = SimulatedPerson(vonage)
        inquiry = Inquiry(account, person, NUMBER, (PHONE, OTHER), webhooks, vonage.clock.seconds, sleep)
        yield World(vonage, person, inquiry)
