"""A simulated Vonage as what tests and tools hold in their hand."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from vonage_simulator.calls.exchange import Exchange
from vonage_simulator.calls.lines import Lines
from vonage_simulator.faults import ApiFault, Faults, WebhookFault
from vonage_simulator.messages.mailbox import Mailbox
from vonage_simulator.platform import Platform
from vonage_simulator.verifications.verifier import Verifier


@dataclass(eq=False)
class Vonage(Platform):
    """The platform, with the calls, messages and verifications on it.

    Attributes:
        exchange: who can be called, and what calls leave behind.
        lines: where calls begin.
        mailbox: the messages, and what becomes of them.
        verifier: who proves by a code that a phone is theirs.
        faults: what is to go wrong with the next requests to the APIs.
        webhook_faults: likewise with the next webhooks.
        in_hand: the calls that a test holds, by `conversation_uuid`, and verifications, by `request_id`;
            `testing.held_time` lets time stand still for them.
    """

    exchange: Exchange = field(init=False)
    lines: Lines = field(init=False)
    mailbox: Mailbox = field(init=False)
    verifier: Verifier = field(init=False)
    faults: Faults[ApiFault] = field(init=False)
    webhook_faults: Faults[WebhookFault] = field(init=False)
    in_hand: "dict[str, asyncio.Task[Any]]" = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Put calls and messages on the platform."""
        self.exchange = Exchange(self)
        self.lines = Lines(self.exchange)
        self.mailbox = Mailbox(self)
        self.verifier = Verifier(self.lines, self.mailbox)
        self.faults = Faults(ApiFault, self.account.identifiers.random)
        self.webhook_faults = self.delivery.faults

    @property
    def credentials(self) -> tuple[str, str]:
        """API key and secret, as HTTP clients take them for Basic authentication."""
        return self.account.api_key, self.account.api_secret
