"""What each event of Vonage's means to the step of a call that waits; all others mean nothing to it."""

import pytest
from switchboard.dialogs.calls import events

from tests.samples import payloads, sample, webhook_of

EVENTS = {name for name in payloads() if webhook_of(name) == "event"}
TAKEN = {
    "ask": ("event_input",),
    "secret": ("event_input",),
    "said": ("event_notify",),
    "record": ("event_record",),
    "connect": (
        "event_busy", "event_failed", "event_rejected", "event_timeout", "event_unanswered", "event_notify",
        "event_disconnected", "event_completed", "event_machine",
    ),
    "screened": (
        "event_busy", "event_failed", "event_rejected", "event_timeout", "event_unanswered", "event_notify",
        "event_disconnected", "event_machine",
    ),
    "last": (),
}  # fmt: skip
# Their legs were never answered, or nobody knows.
NOT_TAKEN = {"event_completed_unanswered", "event_completed_nulls"}
# Of a machine that has been told by then.
BEEPS = {"event_machine_beep_start", "event_machine_beep_timeout"}


@pytest.mark.parametrize("kind", TAKEN)
def test_a_step_takes_the_events_that_are_its_own(kind: str) -> None:
    taken = {name for name in EVENTS if events.result(kind, sample(name)) is not events.NOTHING}

    untaken = NOT_TAKEN | (BEEPS if kind == "screened" else set())
    assert taken == {name for name in EVENTS if name.startswith(TAKEN[kind])} - untaken


def test_silence_is_an_empty_answer() -> None:
    assert events.result("ask", sample("event_input_dtmf_timed_out")) == ""
    assert events.result("ask", sample("event_input_speech_silence")) == ""


def test_a_recording_is_as_long_as_its_times_are_apart() -> None:
    event = sample("event_record") | {
        "start_time": "2026-11-28T10:00:00Z",
        "end_time": "2026-11-28T10:00:07Z",
    }

    assert events.result("record", event)["seconds"] == 7
    assert events.result("record", event | {"start_time": None})["seconds"] == 0


@pytest.mark.parametrize(
    ("kind", "name", "is_read"),
    [
        ("ask", "event_input_dtmf", True),
        ("record", "event_record", False),
        ("connect", "event_busy", True),
        ("connect", "event_completed", False),
        ("connect", "event_machine", False),
        ("screened", "event_machine", True),
    ],
)
def test_an_ncco_is_read_where_vonage_says_so(kind: str, name: str, *, is_read: bool) -> None:
    assert events.is_read(kind, sample(name)) is is_read


def test_an_answer_alone_is_the_beginning_of_a_conversation() -> None:
    begun = {name for name in EVENTS if events.is_answer("connect", sample(name))}

    assert begun == {"event_answered", "event_answered_outbound"}
