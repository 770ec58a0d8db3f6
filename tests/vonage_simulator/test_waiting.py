"""Waiting for the first of several things."""

import asyncio
from typing import Any

import pytest

from vonage_simulator.clock.waiting import first_of


async def at_once(result: str) -> str:
    return result


async def never(stopped: list[str]) -> None:
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        stopped.append("stopped")


def test_what_is_done_first_stops_the_others() -> None:
    stopped: list[str] = []

    async def wait() -> list["asyncio.Future[Any] | None"]:
        return await first_of(never(stopped), at_once("here"))

    late, first = asyncio.run(wait())
    assert late is None
    assert first is not None
    assert first.result() == "here"
    assert stopped == ["stopped"]


def test_all_that_is_done_at_once_is_given_in_order() -> None:
    async def wait() -> list["asyncio.Future[Any] | None"]:
        return await first_of(at_once("one"), at_once("two"))

    assert [one.result() for one in asyncio.run(wait()) if one] == ["one", "two"]


def test_nothing_is_done_when_time_is_up() -> None:
    stopped: list[str] = []

    assert asyncio.run(first_of(never(stopped), never(stopped), timeout_s=0.001)) == [None, None]
    assert stopped == ["stopped", "stopped"]


def test_an_error_is_raised_where_the_result_is_asked_for() -> None:
    async def fails() -> None:
        raise ValueError("broken")

    (failed,) = asyncio.run(first_of(fails()))
    assert failed is not None
    with pytest.raises(ValueError, match="broken"):
        failed.result()


def test_whoever_is_cancelled_meanwhile_leaves_nothing_behind() -> None:
    stopped: list[str] = []

    async def given_up() -> None:
        async with asyncio.timeout(0.001):
            await first_of(never(stopped), never(stopped))

    with pytest.raises(TimeoutError):
        asyncio.run(given_up())
    assert stopped == ["stopped", "stopped"]
