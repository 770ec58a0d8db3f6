"""Waiting for the first of several things."""

import asyncio
from collections.abc import Awaitable
from typing import Any


async def first_of(
    *works: Awaitable[Any], timeout_s: float | None = None
) -> list["asyncio.Future[Any] | None"]:
    """Do several things at once until one of them is done, or time is up; then stop the others.

    Args:
        works: what to do. A task among them is stopped as well when another one is first.
        timeout_s: how long to wait at most; None waits for ever.

    Returns:
        What is done, in the order of `works`: its result, or its exception, to be asked for; None for what
        was stopped.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    done: set[asyncio.Future[Any]] = set()
    try:
        done, _ = await asyncio.wait(tasks, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [task if task in done else None for task in tasks]
