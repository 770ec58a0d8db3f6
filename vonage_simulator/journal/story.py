"""The journal of a call or a message as lines that a person can read."""

import json
from collections.abc import Iterator
from datetime import datetime

from rich.markup import escape

from vonage_simulator.journal import words
from vonage_simulator.types import Json


def call_story(entries: list[Json]) -> Iterator[str]:
    """Each line of a call: its simulated time, who did what, and each webhook with its reply."""
    # A webhook is written down when it is answered; what happened meanwhile began after it.
    in_order = sorted(entries, key=_time)
    for entry in in_order:
        elapsed_s = (_time(entry) - _time(in_order[0])).total_seconds()
        stamp = f"  [dim]{elapsed_s:6.1f} s[/]  "
        if entry["kind"] == "webhook":
            yield from _webhook(stamp, entry)
        else:
            yield f"{stamp}{_call(entry)}"


def message_story(entries: list[Json]) -> Iterator[str]:
    """Each line of a message."""
    for entry in entries:
        if entry["kind"] == "webhook":
            yield from _webhook("  ", entry)


def _webhook(stamp: str, entry: Json) -> Iterator[str]:
    request, response = entry["request"], entry.get("response") or {}
    what = request["body"].get("status") or request["body"].get("text", "")
    title = f"{request['method']} /{'/'.join(request['url'].rsplit('/', 2)[1:])} {escape(what)}".rstrip()
    outcome = f"[green]{response['status']}[/]" if not entry.get("failure") else f"[red]{entry['failure']}[/]"
    yield (f"{stamp}[cyan]{title}[/] → {outcome} [dim]{entry['duration_ms']:.0f} ms, {entry['signature']}[/]")
    indent = " " * 12
    for action in entry.get("ncco") or []:
        yield f"{indent}[yellow]{escape(json.dumps(action, ensure_ascii=False))}[/]"
    for problem in entry.get("problems") or []:
        colour = "red" if problem["rejected"] else "yellow"
        yield f"{indent}[{colour}]{escape(words.of_problem(problem))}[/]"


def _call(entry: Json) -> str:
    told = words.of(entry)
    quoted = f" [bold magenta]{escape(f'“{told.quoted}”')}[/]" if told.quoted else ""
    keys = f" [bold magenta]{escape(told.keys)}[/]" if told.keys else ""
    return f"[bold]{escape(told.who)}[/] {escape(told.does)}{quoted}{keys}"


def _time(entry: Json) -> datetime:
    return datetime.fromisoformat(entry["at"])
