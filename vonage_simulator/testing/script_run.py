"""A script that is run: its call is placed, or its message written, and the story is told with a verdict."""

import contextlib
import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import httpx
from rich.console import Console
from rich.markup import escape
from switchboard.wire.printable import printable

from vonage_simulator.journal import words
from vonage_simulator.journal.story import call_story, message_story
from vonage_simulator.testing import script, verdict
from vonage_simulator.testing.script_chat import Chatting
from vonage_simulator.testing.script_messages import PATIENCE_S, Outbox
from vonage_simulator.types import Json


def run(
    wanted: script.Script,
    control: httpx.Client,
    out: Console,
    name: str,
    patience_s: float = PATIENCE_S,
    *,
    is_told: bool = False,
) -> bool:
    """Place the script's call, or write its message, print the story and the verdict.

    Args:
        wanted: the script.
        control: the control API of a simulated Vonage.
        out: where the story goes.
        name: of the script, in what is printed.
        patience_s: how long messages are waited for, in real time.
        is_told: whether the simulated Vonage is told what dialogs do after their calls.
    """
    numbers = control.get("/account").raise_for_status().json()["numbers"]
    linked = [number["msisdn"] for number in numbers if "app_id" in number]
    to = wanted.to or next(iter(linked), None)
    if to is None:
        raise script.ScriptError("no number is linked to an application; deploy first, or give `to`")
    outbox = Outbox(control) if wanted.messages else None
    failures = _Run(control, out, name).failures(wanted, to, patience_s, is_told=is_told) + _not_live(control)
    if outbox:
        failures += outbox.missing(wanted.messages, patience_s)
    for failure in failures:
        out.print(f"[red]✗ {escape(printable(failure, lines=True))}[/]", soft_wrap=True)
    out.print(f"[red]FAILED[/] {escape(name)}" if failures else f"[green]PASSED[/] {escape(name)}")
    return not failures


class _Run(NamedTuple):
    """What a script does, and where it's told."""

    control: httpx.Client
    out: Console
    name: str

    def failures(self, wanted: script.Script, to: str, patience_s: float, *, is_told: bool) -> list[str]:
        """Do what the script says; gives what went wrong."""
        if wanted.chat:
            return Chatting(self.control, self._write, patience_s).follow(wanted.chat, to)
        if wanted.message:
            return self._write({**wanted.message, "to": to})
        return self._call(wanted, to, math.ceil(patience_s) if is_told else 0)

    def _call(self, wanted: script.Script, to: str, end_s: int) -> list[str]:
        request = {**wanted.calling, "to": to, "script": wanted.caller, "callees": wanted.callees}
        outcome = self._done("/calls", request)
        entries = _journal(self.control, call=outcome["call"])
        if end_s and any(map(words.waits, entries)):  # a dialog hears of the end after the call
            _journal(self.control, call=outcome["call"], webhook="told", wait=str(end_s))
            entries = _journal(self.control, call=outcome["call"])
        caller = str(wanted.calling.get("from_user", wanted.calling.get("from", "a withheld number")))
        self._tell(f"{escape(caller)} calls {escape(to)}", call_story(entries))
        return [
            *filter(None, [outcome.get("failure")]),
            *([] if wanted.expect.get("fallback") else verdict.failures(entries)),
            *script.undelivered(entries),
            *script.unmet(wanted.expect, outcome, entries),
        ]

    def _write(self, message: Json) -> list[str]:
        outcome = self._done("/messages", message)
        entries = _journal(self.control, message=outcome["message_uuid"])
        who, to = escape(message["from"]), escape(message["to"])
        self._tell(f"{who} writes to {to} by {message['channel']}", message_story(entries))
        failure = outcome.get("failure")
        not_taken = [f"the inbound webhook did not take the message: {failure}"] if failure else []
        return not_taken + verdict.failures(entries)

    def _done(self, path: str, request: Json) -> Json:
        """What became of a request to the control API."""
        with _jumping(self.control):
            reply = self.control.post(path, json=request)
        if reply.is_error:
            raise script.ScriptError(f"{self.name}: {_reason(reply)}")
        outcome: Json = reply.json()
        return outcome

    def _tell(self, title: str, story: Iterable[str]) -> None:
        self.out.print(f"[bold]{escape(self.name)}[/]: {title}")
        for line in story:
            self.out.print(printable(line), soft_wrap=True)


def _not_live(control: httpx.Client) -> list[str]:
    """What keeps the code that was saved last from being live; nothing when it is."""
    saved = _journal(control, kind="code")
    broken = saved and saved[-1]["what"] in {"not reloaded", "not started"}
    return [f"what was saved isn't live: {saved[-1]['text']}"] if broken else []


def _journal(control: httpx.Client, **about: str) -> list[Json]:
    entries: list[Json] = control.get("/journal", params=about).json()["entries"]
    return entries


def _reason(reply: httpx.Response) -> str:
    """Why the simulated Vonage refused: in its own words, unless it failed."""
    try:
        return str(reply.json()["error"])
    except ValueError:
        return f"the simulated Vonage failed ({reply.status_code}); what it printed says why"


@contextlib.contextmanager
def _jumping(control: httpx.Client) -> Iterator[None]:
    """Let time jump during the script, unless somebody is on the phone, who needs real time."""
    live = control.get("/clock").raise_for_status().json()["live"]
    if not live or control.get("/calls").json()["legs"]:
        yield
        return
    control.post("/clock", json={"live": False})
    try:
        yield
    finally:
        control.post("/clock", json={"live": True})
