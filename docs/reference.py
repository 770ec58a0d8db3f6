"""Write what follows from the types in docs/: tables of the pages, and JSON Schemas.

`PYTHONPATH=layers/switchboard python -m docs.reference` writes them; a test finds them up to date.
"""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from switchboard.catalogue import MESSAGES, RTC_TYPES, VERIFY, VOICE
from switchboard.wire.actions import Action
from switchboard.wire.call_requests import Callee, CallUpdate
from switchboard.wire.classify import WebhookName, classify
from switchboard.wire.commands import CallToPlace, Command, Consent, MessageChange, Result
from switchboard.wire.endpoints import Endpoint, Phone
from switchboard.wire.message_parts import Stored
from switchboard.wire.message_requests import MessageRequest
from switchboard.wire.reach.campaigns import (
    CAMPAIGN_COMMANDS,
    CampaignDone,
    CampaignPrepared,
    CampaignResult,
    CampaignToPeople,
)
from switchboard.wire.reach.marks import Window
from switchboard.wire.rtc import Event as RtcEvent
from switchboard.wire.shapes import Shape, keys, members, tags, unwrap
from switchboard.wire.typed import Tagged
from switchboard.wire.verify.callbacks import ChannelEvent, Summary
from switchboard.wire.verify.requests import (
    Channel,
    CodeToCheck,
    SilentAuth,
    Verification,
    VerificationRequest,
)

DOCS = Path(__file__).parent
EVENTS = DOCS.parent / "events"
_WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Any: "any JSON",
    type(None): "null",
}

_UNIONS = {"action": "action", "channel": "message"}


class _Schema(GenerateJsonSchema):
    """Without the titles that only repeat the names of keys."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - pydantic's own signature
        return False


def pages() -> dict[Path, str]:
    """Every generated file with the content it should have."""
    commands = {name: keys(shape)["detail"] for name, shape in tags(Command, "name").items()}
    about = {"verify.event": ChannelEvent, "verify.summary": Summary}
    results = {"result": Result, "stored": Stored, "campaign.result": CampaignResult}
    of_campaigns = {**CAMPAIGN_COMMANDS, "campaign.prepared": CampaignPrepared, "campaign.done": CampaignDone}
    schemas = {**VOICE, **MESSAGES, "rtc": RtcEvent, **about, **commands, **results, **of_campaigns}
    written = {DOCS / "schemas" / f"{name}.json": _schema(name, shape) for name, shape in schemas.items()}
    sections = {
        "actions": "\n".join(_choices(Action, "action")),
        "endpoints": "\n".join(_choices(Endpoint, "type")),
        "voice": _events(VOICE),
        "messages": _events(MESSAGES),
        "verify": _verifications(),
        "rtc": ", ".join(f"`{name}`" for name in RTC_TYPES) + ".\n",
        "send": "\n".join(_choices(MessageRequest, "channel")),
        "read": _table(MessageChange, set()),
        "call": _table(CallToPlace, set()),
        "callees": "\n".join(_choices(Callee, "type")),
        "update": "\n".join(_choices(CallUpdate, "action")),
        "verification": _table(VerificationRequest, set()),
        "channels": "\n".join(_choices(Channel, "channel")),
        "check": _table(CodeToCheck, set()),
        "end": _table(Verification, set()),
        "consent": _table(Consent, set()),
        "window": _table(Window, set()),
        "campaign": _table(CampaignToPeople, set()),
    }
    for page in (DOCS / name for name in ("ncco.md", "events.md", "commands.md", "campaigns.md")):
        written[page] = re.sub(
            r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)",
            lambda part: f"{part[1]}\n{sections[part[2]]}\n{part[3]}",
            page.read_text(),
            flags=re.DOTALL,
        )
    return written


def _schema(name: str, shape: Shape) -> str:
    schema = TypeAdapter(shape).json_schema(schema_generator=_Schema)
    if name in {**VOICE, **MESSAGES} and "enum" in schema.get("properties", {}).get("status", {}):
        schema["properties"]["status"] = {"const": name.rpartition(".")[2]}
    header = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name}
    schema = {**header, **{key: schema[key] for key in schema if key != "title"}}
    return json.dumps(schema, indent=2) + "\n"


def _events(catalogue: Mapping[str, Shape]) -> str:
    samples = _samples()
    rows = (
        f"| [`{name}`](schemas/{name}.json) | {_first_line(shape)} | {' '.join(samples.get(name, []))} |"
        for name, shape in catalogue.items()
    )
    return "\n".join(["| name and schema | what happened | samples |", "|---|---|---|", *rows, ""])


def _verifications() -> str:
    """The names of each of the two kinds, which differ by their status alone."""
    rows = (
        f"| [`verify.{kind}.…`](schemas/verify.{kind}.json) | {_first_line(shape)} | {_statuses(kind)} |"
        for kind, shape in (("event", ChannelEvent), ("summary", Summary))
    )
    return "\n".join(["| name and schema | what happened | ends in |", "|---|---|---|", *rows, ""])


def _statuses(kind: str) -> str:
    names = (name.split(".") for name in VERIFY)
    return ", ".join(f"`{status}`" for _, of, status in names if of == kind)


def _samples() -> dict[str, list[str]]:
    samples: dict[str, list[str]] = {}
    for path in sorted(EVENTS.glob("*.json")):
        webhook = next((name for name in get_args(WebhookName) if path.stem.startswith(f"{name}_")), None)
        if webhook:
            name = classify(webhook, json.loads(path.read_text()))
            samples.setdefault(name, []).append(f"`{path.stem}`")
    samples["messages.inbound"] = [f"`inbound_<channel>_<type>`, {len(samples['messages.inbound'])} in all"]
    return samples


def _first_line(shape: Shape) -> str:
    return _description(shape).partition("\n")[0] or "A message has arrived, of any channel and type."


def _choices(union: Shape, key: str) -> Iterator[str]:
    for shape in members(union):
        names = ", ".join(f"`{tag}`" for tag in get_args(unwrap(keys(shape)[key]).shape))
        notes = [_description(part) for part in (shape, *shape.__orig_bases__)]
        yield f"### {names}\n\n" + "\n\n".join(filter(None, notes)) + "\n"
        yield _table(shape, {key})


def _table(shape: Shape, hidden: set[str]) -> str:
    rows = sorted(_rows(shape, hidden), key=lambda row: "required" not in row)
    return "\n".join(["| key | value | rule |", "|---|---|---|", *rows, ""]) if rows else ""


def _rows(
    shape: Shape, hidden: set[str], prefix: str = "", explained: Mapping[Shape, str] | None = None
) -> Iterator[str]:
    """The rows of a shape's keys; what several keys hold is explained at the first of them."""
    explained = dict(explained or {})
    for key, annotation in keys(shape).items():
        inner, rules, _ = unwrap(annotation)
        kind = _words(annotation)
        if key in hidden and not kind.startswith("list"):
            continue
        required = key in shape.__required_keys__ and not prefix
        seen = f"as `{explained[inner]}`" if inner in explained else _description(inner).replace("\n", " ")
        notes = ["required" if required else "", *map(str, rules), seen]
        yield f"| `{prefix}{key}` | {kind} | {'; '.join(filter(None, notes))} |"
        if keys(inner) and inner not in explained:
            explained[inner] = key
            yield from _rows(inner, set(), f"{prefix}{key}.", explained)


def _words(annotation: Shape) -> str:
    """A type in words, with the rules on what is inside it."""
    shape, rules, _ = unwrap(annotation)
    origin: Shape = get_origin(shape)
    if tagged := [rule.key for rule in rules if isinstance(rule, Tagged)]:
        return "channel" if SilentAuth in members(shape) else _union(shape, tagged[0])
    if len(members(shape)) > 1:
        return " or ".join(map(_words, members(shape)))
    if origin is list:
        [item] = get_args(shape)
        within = " and ".join(str(rule) for rule in unwrap(item).rules if not isinstance(rule, Tagged))
        return f"list of {_words(item)}" + (f" ({within})" if within else "")
    if origin is dict or keys(shape):
        return "object"
    return _WORDS.get(shape) or " or ".join(f"`{value}`" for value in get_args(shape))


def _union(shape: Shape, tag: str) -> str:
    """What has a section of its own is called by its name; any other union is objects."""
    if tag == "type":
        return "endpoint" if Phone in members(shape) else "object"
    return _UNIONS[tag]


def _description(shape: Shape) -> str:
    """The docstring of a wire type, and none of those that its bases have."""
    own = vars(shape).get("__doc__") if keys(shape) else None
    return inspect.cleandoc(own or "")


if __name__ == "__main__":
    (DOCS / "schemas").mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text)
