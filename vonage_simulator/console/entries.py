"""Journal entries as the timeline shows them: in words, with what went wrong named."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import JsonLexer

from vonage_simulator.console.threads import FAILED
from vonage_simulator.journal import troubles, words
from vonage_simulator.journal.troubles import Trouble
from vonage_simulator.journal.words import Sentence
from vonage_simulator.ncco.check import problems_of
from vonage_simulator.types import Json, JsonValue

Tone = Literal["good", "bad", "warn", "plain"]
# Of what became of a message, of a call that led nowhere, and of code that was saved.
TONES: dict[str, Tone] = {
    **dict.fromkeys(FAILED, "bad"),
    "warning": "warn",
    "reloaded": "good",
    "not reloaded": "bad",
    "not started": "bad",
    "to be deployed": "warn",
}
SHOWN_CHARACTERS = 20_000
ROLES = {"retry_of": "retry", "fallback_of": "fallback", "replay_of": "replay"}
_FORMATTER, _LEXER = HtmlFormatter(nowrap=True), JsonLexer()


@dataclass(frozen=True)
class Action:
    """One action of an NCCO, with what is wrong with it."""

    name: str
    summary: str
    problems: list[Json] = field(default_factory=list)


@dataclass(frozen=True)
class Entry:
    """A journal entry and what a person wants to know about it at a glance."""

    json: Json

    @property
    def id(self) -> int:
        """Its place in the journal."""
        number: int = self.json["id"]
        return number

    @property
    def at(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.json["at"])

    @property
    def kind(self) -> str:
        """`api`, `webhook`, `call`, `message` or `code` (something was saved)."""
        return str(self.json["kind"])

    @property
    def subject(self) -> str:
        """What it belongs to: a call or a message; its kind when it belongs to neither."""
        reply = (self.json.get("response") or {}).get("body")
        began = reply if self.kind == "api" and isinstance(reply, dict) else {}
        names = [
            *map(self.json.get, ("call", "message")),
            *map(began.get, ("conversation_uuid", "message_uuid")),
        ]
        return next((str(name) for name in names if name), self.kind)

    @property
    def sentence(self) -> Sentence:
        """What it tells, in words."""
        return words.of(self.json)

    @cached_property
    def tone(self) -> Tone:
        """How it went."""
        if self.kind in ("call", "code", "message"):
            return TONES.get(self.json["what"], "plain")
        if self.failure or any(trouble.is_bad for trouble in self.troubles):
            return "bad"
        return "warn" if self.troubles or "fault" in self.json else "good" if self.status else "plain"

    @property
    def status(self) -> int | None:
        """The HTTP status of the reply, if there was one."""
        status: int | None = (self.json.get("response") or {}).get("status")
        return status

    @property
    def failure(self) -> str | None:
        """Why the request came to nothing."""
        if self.kind == "api" and (self.status or 500) >= 400:
            return f"status {self.status}" if self.status else "no reply"
        failure: str | None = self.json.get("failure") or self.json.get("ncco_failure")
        return failure

    @property
    def role(self) -> str | None:
        """What a request repeats or stands in for."""
        return next((word for name, word in ROLES.items() if name in self.json), None)

    @property
    def again_for(self) -> int | None:
        """The entry of the request it repeats or stands in for."""
        return next((self.json[name] for name in ROLES if name in self.json), None)

    @property
    def name(self) -> str:
        """What a webhook tells, by the name it has on the event bus."""
        return words.event_name(self.json) if self.kind == "webhook" else "API"

    @property
    def news(self) -> str:
        """What a webhook tells, in a word: the status of a leg or message."""
        body = self.json["request"].get("body")
        return str(body.get("status", "")) if isinstance(body, dict) and self.kind == "webhook" else ""

    @property
    def about(self) -> str:
        """Which leg a call's event is about: the number it leads to."""
        body = self.json["request"].get("body")
        return (
            str(body.get("to", "")) if self.news and self.json.get("call") and isinstance(body, dict) else ""
        )

    @property
    def waits(self) -> str:
        """Where the code behind a webhook waits now, if it says so."""
        return words.waits(self.json)

    @property
    def path(self) -> str:
        """The request's path: the host is the same for all of an application, and a query is long."""
        url = str(self.json["request"]["url"]).partition("?")[0]
        return "/" + url.split("/", 3)[-1] if "://" in url else url

    @property
    def ncco(self) -> list[JsonValue]:
        """The NCCO of the reply, also one that was rejected."""
        body = (self.json.get("response") or {}).get("body")
        return body if self.kind == "webhook" and isinstance(body, list) else []

    @cached_property
    def problems(self) -> list[Json]:
        """What Vonage would reject in the NCCO, or tolerates."""
        if "replay_of" in self.json:
            return [problem.as_json() for problem in problems_of(self.ncco)] if self.ncco else []
        return self.json.get("problems") or []

    @cached_property
    def troubles(self) -> list[Trouble]:
        """All that is wrong with a webhook."""
        return list(troubles.of({**self.json, "problems": self.problems}))

    @property
    def loose_troubles(self) -> list[Trouble]:
        """What is wrong with the code behind a webhook, or with its reply as a whole."""
        placed = {words.of_problem(problem) for action in self.actions for problem in action.problems}
        return [trouble for trouble in self.troubles if trouble.text not in placed]

    @cached_property
    def actions(self) -> list[Action]:
        """The NCCO's actions, one by one."""
        return list(_actions(self.ncco, self.problems))


def _actions(ncco: list[JsonValue], problems: list[Json]) -> Iterator[Action]:
    for index, action in enumerate(ncco):
        about = [problem for problem in problems if problem.get("action") == index]
        if isinstance(action, dict):
            yield Action(str(action.get("action", "?")), summary(action), about)
        else:
            yield Action("?", json.dumps(action), about)


def summary(action: Json) -> str:
    """An action in a few words: what is said, who is called, what is waited for.

    >>> summary({"action": "connect", "endpoint": [{"type": "phone", "number": "447700900999"}]})
    'phone 447700900999'
    """
    match action:
        case {"text": str(text)}:
            return f"“{text}”"
        case {"endpoint": [{"type": kind, **where}, *_]}:
            return f"{kind} {next(iter(where.values()), '')}"
        case {"streamUrl": [url, *_]}:
            return str(url)
        case {"action": "input", "type": kinds}:
            return ", ".join(map(str, kinds)) if isinstance(kinds, list) else str(kinds)
        case {"name": name}:
            return str(name)
    rest = {name: value for name, value in action.items() if name != "action"}
    return json.dumps(rest, ensure_ascii=False) if rest else ""


def pretty(value: JsonValue) -> Markup:
    """JSON, indented and coloured, as HTML; text that is no JSON as it is."""
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    if len(text) > SHOWN_CHARACTERS:
        text = f"{text[:SHOWN_CHARACTERS]}\n… {len(text) - SHOWN_CHARACTERS} characters more"
    return Markup(highlight(text, _LEXER, _FORMATTER))  # noqa: S704 - the formatter escapes
