"""Work is cut when its time is over, and nothing of the cut is left behind."""

import asyncio
import contextlib
import signal
import threading
import time

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

    assert time.monotonic() - started < 1


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
    within(0.02, lambda: None)
    with pytest.raises(Late):
        within(0.01, spin)

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_elsewhere_than_in_the_main_thread_work_is_left_alone() -> None:
    def slow() -> str:
        time.sleep(0.01)
        return "done"

    results: list[str] = []
    thread = threading.Thread(target=lambda: results.append(within(0.001, slow)))
    thread.start()
    thread.join()

    assert results == ["done"]
