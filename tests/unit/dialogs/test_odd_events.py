"""Events that a step waits for, with times and words that nobody has seen yet: never a reason to fail."""

import pytest
from switchboard.dialogs.calls.events import NOTHING, duration_s, result

START = "2026-11-28T10:00:00.000Z"


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        (START, "2026-11-28T10:00:07.500Z", 7),
        (START, "2026-11-28T10:00:07", 0),
        (START, None, 0),
        (None, None, 0),
        (START, ["2026"], 0),
    ],
)
def test_a_recording_without_two_times_lasts_no_time(start: object, end: object, seconds: int) -> None:
    event = {"recording_url": "https://api.nexmo.com/v1/files/1", "start_time": start, "end_time": end}

    assert result("record", event)["seconds"] == seconds


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        ("42", 42),
        (42, 42),
        ("", 0),
        (None, 0),
        ("4.2", 0),
        ("-1", 0),
        ({}, 0),
        (["1"], 0),
        ("9" * 400, 0),
        (1e300, 0),
    ],
)
def test_a_leg_lasts_as_long_as_a_call_can(duration: object, seconds: int) -> None:
    assert duration_s({"status": "completed", "duration": duration}) == seconds


@pytest.mark.parametrize("status", [None, 5, ["busy"], {"busy": 1}, "on_fire"])
def test_a_connect_goes_on_waiting_at_a_status_that_it_does_not_know(status: object) -> None:
    assert result("connect", {"status": status, "uuid": "u"}) is NOTHING
