"""Run an async flow. asyncio takes 40 ms to load, so this is imported by the first async flow alone."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from switchboard import telemetry

Returned = TypeVar("Returned")


def run(flow: Coroutine[Any, Any, Returned], webhook: str) -> Returned:
    """What the flow returns. Of a task that it left behind and that failed, a line says what and where.

    asyncio would log the exception with its message, which may quote a number or a text.
    """

    def tell(_loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        failure = context.get("exception")
        if isinstance(failure, BaseException):
            telemetry.outcome("TaskFailed", webhook, "WARNING", failure, **telemetry.where(failure))
        else:
            telemetry.outcome("TaskFailed", webhook, "WARNING")

    with asyncio.Runner() as runner:
        runner.get_loop().set_exception_handler(tell)
        return runner.run(flow)
