"""Simulated time in a test's hand: it stands still between two statements of the test."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from vonage_simulator.calls.call import CallOutcome
from vonage_simulator.vonage import Vonage

Result = TypeVar("Result")


def hold_time_during(vonage: Vonage, call: str, run: "asyncio.Task[CallOutcome]") -> None:
    """A test has this call in its hand: until it is over, time runs only in `while_time_runs`."""
    vonage.in_hand[call] = run
    vonage.clock.held = True


async def while_time_runs(vonage: Vonage, doing: Coroutine[Any, Any, Result]) -> Result:
    """Let time run until something is done; then it stands still again as long as a test holds a call.

    The webhooks of what happened meanwhile have been answered by then: a test may look at what they did.
    """
    vonage.clock.held = False
    try:
        return await doing
    finally:
        vonage.clock.held = any(not run.done() for run in vonage.in_hand.values())
        vonage.clock.ring()
        await vonage.delivery.settled()
