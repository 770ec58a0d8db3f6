"""A simulated Vonage as what tests and tools hold in their hand."""

import asyncio
from dataclasses import dataclass, field

from vonage_simulator.calls.call import CallOutcome
from vonage_simulator.calls.exchange import Exchange
from vonage_simulator.calls.lines import Lines
from vonage_simulator.faults import ApiFault, Faults, WebhookFault
from vonage_simulator.messages.mailbox import Mailbox
from vonage_simulator.platform import Platform


@dataclass(eq=False)
class Vonage(Platform):
    """The platform, with the calls and messages on it.

    Attributes:
        exchange: who can be called, and what calls leave behind.
        lines: where calls begin.
        mailbox: the messages, and what becomes of them.
        faults: what is to go wrong with the next requests to the APIs.
        webhook_faults: likewise with the next webhooks.
        in_hand: the calls that a test holds, by `conversation_uuid`; `testing.held_time` lets time stand
            still for them.
    """

    exchange: Exchange = field(init=False)
    lines: Lines = field(init=False)
    mailbox: Mailbox = field(init=False)
    faults: Faults[ApiFault] = field(init=False)
    webhook_faults: Faults[WebhookFault] = field(init=False)
    in_hand: "dict[str, asyncio.Task[CallOutcome]]" = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Put calls and messages on the platform."""
        self.exchange = Exchange(self)
        self.lines = Lines(self.exchange)
        self.mailbox = Mailbox(self)
        self.faults = Faults(ApiFault, self.account.identifiers.random)
        self.webhook_faults = self.delivery.faults

    @property
    def credentials(self) -> tuple[str, str]:
        """API key and secret, as HTTP clients take them for Basic authentication."""
        return self.account.api_key, self.account.api_secret
