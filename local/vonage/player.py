"""Runs NCCOs on a leg: one action after the other, until none is left or the leg ends."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from local.vonage.account import Json
from local.vonage.call_webhooks import Ncco
from local.vonage.legs import Ear, Leg

if TYPE_CHECKING:
    from local.vonage.calls import Call

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
        self._early = contextlib.ExitStack()
        self._early_ear: Ear | None = None

    async def play(self, ncco: Ncco) -> None:
        """Run an NCCO to its end; cancelled when the leg ends."""
        self.remaining = list(ncco)
        with self._early:
            while self.remaining:
                await self._one(self.remaining.pop(0))

    def replace(self, ncco: Ncco) -> None:
        """Drop the present NCCO, running action included, and go on with this one."""
        self.remaining = list(ncco)
        if self._action:
            self._action.cancel()

    def begin_barge_in(self) -> Ear:
        """Listen already while something is played, for the `input` that must follow."""
        if self._early_ear is None:
            self._early_ear = self._early.enter_context(self.leg.listening())
        return self._early_ear

    def end_barge_in(self) -> None:
        """The `input` is done: what follows cannot be interrupted any more."""
        self._early_ear = None
        self._early.close()

    @property
    def barge_in(self) -> Ear | None:
        """Who listens while something is played, since `bargeIn` was set; None otherwise."""
        return self._early_ear

    async def _one(self, action: Json) -> None:
        self._action = asyncio.ensure_future(self._execute[action["action"]](self, action))
        try:
            await asyncio.wait({self._action})
        finally:
            self._action.cancel()
            await asyncio.gather(self._action, return_exceptions=True)
        if not self._action.cancelled():
            replacement = self._action.result()
            if replacement is not None:
                self.remaining = list(replacement)
