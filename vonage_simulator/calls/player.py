"""Runs NCCOs on a leg: one action after the other, until nothing is left to do and nobody to talk to."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.sounds import Ear
from vonage_simulator.clock.waiting import first_of
from vonage_simulator.ncco.check import one_spelling
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json

if TYPE_CHECKING:
    from vonage_simulator.calls.call import Call

Execute = Callable[["Player", Json], Awaitable[Ncco | None]]


class Player:
    """What an action's code holds in its hand: the leg it runs on and the call that belongs to.

    `execute` maps an action's name to its code. An NCCO that code returns replaces what is left of the
    present one.
    """

    def __init__(self, call: "Call", leg: Leg, execute: dict[str, Execute]) -> None:
        self.call = call
        self.leg = leg
        self.remaining: Ncco = []
        self._execute = execute
        self._action: asyncio.Task[Ncco | None] | None = None
        self._renewed = asyncio.Event()
        self._early = contextlib.ExitStack()
        self._early_ear: Ear | None = None

    async def run(self) -> None:
        """Play until no action is left and the leg is alone; cancelled when the leg ends."""
        with self._early:
            while True:
                self._renewed.clear()
                self.leg.follows_ncco = True
                while self.remaining:
                    await self._one(self.remaining.pop(0))
                self.leg.follows_ncco = False
                if not await self._renewed_before_alone():
                    return

    def replace(self, ncco: Ncco) -> None:
        """Drop the present NCCO, running action included, and go on with this one."""
        self.remaining = list(ncco)
        self._renewed.set()
        if self._action:
            self._action.cancel()

    async def replace_by(self, reply: Awaitable[Ncco | None]) -> None:
        """Go on with the NCCO of a reply, when there is one."""
        ncco = await reply
        if ncco is not None:
            self.replace(ncco)

    def begin_barge_in(self) -> None:
        """Listen already while something is played, for the `input` that must follow."""
        if self._early_ear is None:
            self._early_ear = self._early.enter_context(self.leg.listening())

    def end_barge_in(self) -> None:
        """The `input` is done: what follows cannot be interrupted any more."""
        self._early_ear = None
        self._early.close()

    @property
    def barge_in(self) -> Ear | None:
        """Who listens while something is played, since `bargeIn` was set; None otherwise."""
        return self._early_ear

    async def _one(self, action: Json) -> None:
        execute = self._execute[action["action"]]
        self._action = asyncio.ensure_future(execute(self, one_spelling(action)))
        try:
            await asyncio.wait({self._action})
        finally:
            self._action.cancel()
            await asyncio.gather(self._action, return_exceptions=True)
        if not self._action.cancelled():
            replacement = self._action.result()
            if replacement is not None:
                self.remaining = list(replacement)

    async def _renewed_before_alone(self) -> bool:
        _, renewed = await first_of(self.leg.left_alone(), self._renewed.wait())
        return renewed is not None
