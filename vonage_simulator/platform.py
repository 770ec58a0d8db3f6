"""What calls and messages share: an account, its time, its journal, and the way out for its webhooks."""

import asyncio
from dataclasses import dataclass, field

from vonage_simulator.account.account import Account
from vonage_simulator.clock.clock import Clock
from vonage_simulator.clock.engine import Engine
from vonage_simulator.journal.journal import Journal
from vonage_simulator.webhooks.delivery import Delivery


@dataclass(eq=False)
class Platform:
    """The ground that calls and messages stand on.

    Attributes:
        engine: where their coroutines run.
        url: of the simulator itself, where REST requests about a call go.
    """

    account: Account
    clock: Clock
    journal: Journal
    engine: Engine
    delivery: Delivery
    url: str = ""
    _under_way: list[asyncio.Event] = field(default_factory=list, init=False)

    def under_way_until(self, over: asyncio.Event) -> None:
        """Something has timers that must not be run over, until it is over."""
        self._under_way.append(over)

    def catch_up(self) -> None:
        """Never lag behind real time, unless something is under way."""
        self._under_way = [over for over in self._under_way if not over.is_set()]
        if not self._under_way:
            self.clock.catch_up()
