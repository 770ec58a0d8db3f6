"""The timeline on a terminal, and the state that it comes to."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from switchboard.envelope import Envelope
from switchboard.timeline import events as timeline
from switchboard.timeline.events import Entry
from switchboard.timeline.view import render, render_recent, state

from tests.factories import CALLED, CALLER
from tests.fakes.stores import Aws

ROOT = Path(__file__).parents[2]


def entry(name: str, second: int = 0, **payload: object) -> Entry:
    at = f"2026-11-23T07:00:{second:02}.000Z"
    return {"subject": "CON-1", "id": f"{name}-{second}", "name": name, "at": at, "payload": payload}


def call(*statuses: str, leg: str = "u-1") -> list[Entry]:
    return [entry(f"voice.{status}", n, status=status, uuid=leg) for n, status in enumerate(statuses)]


@pytest.mark.parametrize(
    "last", ["completed", "busy", "unanswered", "rejected", "failed", "timeout", "cancelled"]
)
def test_a_call_that_is_over_is_over_in_whatever_order_its_events_come(last: str) -> None:
    entries = call("started", "ringing", "answered", last)
    random.Random(1).shuffle(entries)  # noqa: S311 - not a secret

    assert state(entries) == last


def test_a_leg_that_ends_does_not_end_the_call() -> None:
    assert state([*call("started", "answered"), *call("started", "busy", leg="u-2")]) == "answered"


def test_what_is_no_status_does_not_change_the_state() -> None:
    events = [
        entry("voice.input", 3, uuid="u-1", dtmf={}),
        entry("voice.record", 4, recording_url="https://x"),
    ]

    assert state([*call("started", "answered"), *events]) == "answered"


@pytest.mark.parametrize(
    ("words", "expected"),
    [(["submitted"], "submitted"), (["read", "submitted", "delivered"], "read"),
     (["submitted", "rejected"], "rejected"), (["submitted", "parked"], "parked")],
)  # fmt: skip
def test_a_message_is_as_far_as_its_furthest_status(words: list[str], expected: str) -> None:
    assert state([entry(f"messages.status.{word}", status=word) for word in words]) == expected


def test_an_inbound_message_is_inbound() -> None:
    assert state([entry("messages.inbound", channel="sms")]) == "inbound"


def test_nothing_to_go_by_is_unknown() -> None:
    assert state([]) == state([entry("voice.unknown")]) == "unknown"


def test_a_timeline_shows_times_and_neither_numbers_nor_contents() -> None:
    events = call("started", "completed")
    events[0]["payload"] |= {"from": CALLER, "to": CALLED, "direction": "inbound"}
    events[1]["payload"] |= {"duration": "12", "speech": {"results": [{"text": "my secret"}]}}

    first, second, third = render("CON-1", events).splitlines()

    assert first == "CON-1  completed"
    assert second.endswith("+0.000  voice.started                 …123 → …000 direction=inbound")
    assert third.endswith("+1.000  voice.completed               duration=12")


def test_a_timeline_moves_no_cursor_and_forges_no_line() -> None:
    events = call("started", "\x1b[2Jcompleted")
    events[0]["payload"] |= {"detail": "\x1b]0;title\x07", "direction": "in\n  2026  +0.000  voice.forged"}

    shown = render("CON-\x1b[31m", events)

    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 3
    assert r"CON-\u001b[31m" in shown
    assert r"detail=\u001b]0;title\u0007" in shown


def test_the_list_of_the_latest_moves_no_cursor() -> None:
    latest = [entry("voice.\x1b[2J")]
    latest[0]["subject"] = "CON-\x9b2J"
    assert r"voice.\u001b[2J" in render_recent(latest)
    assert r"CON-\u009b2J" in render_recent(latest)


def test_a_stranger_is_named_as_one() -> None:
    assert "Nothing is known of CON-9" in render("CON-9", [])


def run(*arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "layers/switchboard")}
    command = [sys.executable, "-m", "switchboard.timeline", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_the_terminal_lists_the_latest_and_shows_one(backbone: Aws) -> None:
    assert "No calls or messages" in run()
    now = timeline.datetime.now(timeline.UTC).isoformat()  # type: ignore[attr-defined]
    payload = {"timestamp": now, "status": "started", "uuid": "u-1"}
    started: Envelope = {
        "id": "1", "name": "voice.started", "received_at": 1.0, "subject": "CON-1", "payload": payload,
    }  # fmt: skip
    assert timeline.write([timeline.item(started)]) == [None]

    assert "CON-1" in run()
    assert run("CON-1").startswith("CON-1  started")
    assert backbone.tables["timeline"]
