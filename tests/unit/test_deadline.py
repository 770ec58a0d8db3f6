"""Work is cut when its time is over, and nothing of the cut is left behind."""

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from switchboard.webhooks.deadline import Late, within


def spin() -> None:
    while True:
        time.sleep(0.001)


def test_work_that_is_done_in_time_gives_its_result() -> None:
    assert within(1, lambda: "done") == "done"


@pytest.mark.parametrize(
    "work", [spin, lambda: asyncio.run(asyncio.sleep(5)), lambda: threading.Event().wait(5)]
)
def test_work_that_takes_too_long_is_cut(work: object) -> None:
    started = time.monotonic()

    with pytest.raises(Late):
        within(0.03, work)  # type: ignore[arg-type]

    assert time.monotonic() - started < 4


def test_work_that_swallows_every_exception_is_cut() -> None:
    def swallow() -> None:
        while True:
            with contextlib.suppress(Exception):
                spin()

    with pytest.raises(Late):
        within(0.03, swallow)


def test_work_that_swallows_even_the_cut_meets_the_next_one() -> None:
    cuts: list[Late] = []

    def swallow() -> None:
        while len(cuts) < 2:
            try:
                spin()
            except Late as late:
                cuts.append(late)

    within(0.03, swallow)

    assert len(cuts) == 2


def test_no_time_left_means_no_work() -> None:
    with pytest.raises(Late):
        within(0, lambda: pytest.fail("it ran"))


def test_an_error_of_the_work_is_its_own() -> None:
    with pytest.raises(ZeroDivisionError):
        within(1, lambda: 1 / 0)


def test_nothing_rings_afterwards() -> None:
    within(5, lambda: None)
    with pytest.raises(Late):
        within(0.01, spin)

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def in_another_thread(work: Callable[[], object]) -> object:
    """What work comes to in a thread such as a test's handlers run in: its result or its error."""
    with ThreadPoolExecutor(1) as thread:
        future = thread.submit(work)
        return future.exception() or future.result()


def test_work_in_another_thread_gives_its_result() -> None:
    assert in_another_thread(lambda: within(5, lambda: "done")) == "done"


@pytest.mark.parametrize("work", [spin, lambda: time.sleep(0.1), lambda: asyncio.run(asyncio.sleep(0.1))])
def test_work_in_another_thread_is_cut_at_its_next_line(work: Callable[[], object]) -> None:
    assert isinstance(in_another_thread(lambda: within(0.03, work)), Late)


def test_work_in_another_thread_that_swallows_the_cut_meets_the_next_one() -> None:
    cuts: list[Late] = []

    def swallow() -> None:
        while len(cuts) < 2:
            try:
                spin()
            except Late as late:
                cuts.append(late)

    in_another_thread(lambda: within(0.03, swallow))

    assert len(cuts) == 2


def test_nothing_is_cut_afterwards_in_another_thread() -> None:
    def twice() -> str:
        with contextlib.suppress(Late):
            within(0.02, spin)
        time.sleep(0.3)  # longer than until the next cut
        return "went on"

    assert in_another_thread(twice) == "went on"


def test_nobody_is_hurried_at_a_breakpoint() -> None:
    """A debugger waits in a function of its own, on top of what it stopped."""
    bdb = {"__name__": "bdb", "time": time}
    exec("def wait_for_commands():\n    time.sleep(0.1)", bdb)  # noqa: S102

    def stopped() -> str:
        bdb["wait_for_commands"]()  # type: ignore[operator]
        return "went on"

    assert in_another_thread(lambda: within(0.03, stopped)) == "went on"
