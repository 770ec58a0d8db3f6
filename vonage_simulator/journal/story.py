"""The journal of a call or a message as lines that a person can read."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

from rich.markup import escape
from rich.text import Text

from vonage_simulator.journal import troubles, words
from vonage_simulator.journal.troubles import Trouble
from vonage_simulator.types import Json, JsonValue


def call_story(entries: list[Json]) -> Iterator[str]:
    """Each line of a call: its simulated time, who did what, and each webhook with its reply."""
    # A webhook is written down when it is answered; what happened meanwhile began after it.
    in_order = sorted(entries, key=_time)
    for entry in in_order:
        elapsed_s = (_time(entry) - _time(in_order[0])).total_seconds()
        stamp = f"  [dim]{elapsed_s:6.1f} s[/]  "
        if entry["kind"] == "webhook":
            yield from webhook_story(stamp, entry)
        else:
            yield f"{stamp}{_call(entry)}"


def message_story(entries: list[Json]) -> Iterator[str]:
    """Each line of a message."""
    for entry in entries:
        if entry["kind"] == "webhook":
            yield from webhook_story("  ", entry)


def plain(story: Iterable[str]) -> str:
    """A story as text without colours, such as a failed test shows."""
    return "\n".join(Text.from_markup(line).plain for line in story)


def webhook_story(stamp: str, entry: Json) -> Iterator[str]:
    """Each line of a webhook: what it told, what was answered, and what is wrong with that."""
    request, response = entry["request"], entry.get("response") or {}
    text = _written(request.get("body"))
    path = "/" + "/".join(urlsplit(request["url"]).path.rsplit("/", 2)[-2:]).lstrip("/")
    title = " ".join(filter(None, (request["method"], path, words.event_name(entry), text)))
    wrong = list(troubles.of(entry))
    colour = "red" if entry.get("failure") or any(one.is_bad for one in wrong) else "green"
    outcome = entry.get("failure") or response["status"]
    yield (
        f"{stamp}[cyan]{escape(title)}[/] → [{colour}]{outcome}[/] "
        f"[dim]{entry['duration_ms']:.0f} ms, {entry['signature']}[/]"
    )
    indent = " " * 12
    for action in entry.get("ncco") or _refused(response):
        yield f"{indent}[yellow]{escape(json.dumps(action, ensure_ascii=False))}[/]"
    if waits := words.waits(entry):
        yield f"{indent}[dim]waits at {escape(waits)}[/]"
    for trouble in wrong:
        yield from _trouble(indent, trouble)


def _refused(response: Json) -> list[JsonValue]:
    """The NCCO in a response that can't be used."""
    body = response.get("body")
    return body if isinstance(body, list) else []


def _written(body: JsonValue) -> str:
    """What a message says, after its subject if it is an e-mail."""
    match body:
        case {"email": {"subject": str(subject)}, "text": str(text)}:
            return f"{subject}: {text}"
        case {"text": str(text)}:
            return text
    return ""


def _trouble(indent: str, trouble: Trouble) -> Iterator[str]:
    colour = "red" if trouble.is_bad else "yellow"
    for line in trouble.text.splitlines():
        yield f"{indent}[{colour}]{escape(line)}[/]"
    for line in trouble.details:
        yield f"{indent}  {escape(line)}"


def _call(entry: Json) -> str:
    told = words.of(entry)
    quoted = f" [bold magenta]{escape(f'“{told.quoted}”')}[/]" if told.quoted else ""
    keys = f" [bold magenta]{escape(told.keys)}[/]" if told.keys else ""
    return f"[bold]{escape(told.who)}[/] {escape(told.does)}{quoted}{keys}"


def _time(entry: Json) -> datetime:
    return datetime.fromisoformat(entry["at"])
