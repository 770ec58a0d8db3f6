"""A script: who calls whom, what they do, how the others behave, and what is expected of the call.

    from: "447700900123"            # optional; or a sip: URI with sip_headers, or from_user with custom_data,
                                    # or withheld: true
    to: "447700900000"              # optional: the stack's first number
    caller:
      - hear: Welcome
      - press: "1"
      - hear: sales
      - hang_up: true
    callees:
      "447700900777": {picks: busy}
    expect:
      connected_to: "447700900999"
      hears: [Welcome, Connecting you]
      fallback: false
      messages:
        - {to: "447700900456", text: A caller waits}

Everything may be left out; without `caller`, whoever calls listens to the end. In place of a call somebody
may write: `message: {channel: whatsapp, text: Are you open?}`, or `chat` as `script_chat` has it.
"""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from vonage_simulator.calls.callers import Caller
from vonage_simulator.calls.parties import Callee, check_steps
from vonage_simulator.testing import script_chat, script_messages
from vonage_simulator.testing.phone import STANDARD_NUMBER
from vonage_simulator.types import Json, JsonValue
from vonage_simulator.webhooks.reply import UNDELIVERED

CALLER = ("from", "from_user", "withheld", "sip_headers", "custom_data", "application_id")
MEMBERS = (*CALLER, "to", "caller", "callees", "message", "chat", "expect")
# What makes no sense where nobody calls.
OF_A_CALL = (*CALLER, "caller", "callees")
EXPECTATIONS = (
    "status",
    "connected_to",
    "not_connected_to",
    "hears",
    "never_hears",
    "events",
    "fallback",
    "within_s",
    "messages",
)


class ScriptError(Exception):
    """A script that cannot be run: what is wrong, and what is allowed."""


@dataclass(frozen=True)
class Script:
    """A script, checked.

    Attributes:
        calling: who calls, in the members of a control request.
        message: what somebody writes in place of a call.
        chat: a customer's messages in place of a call, and what they have to read.
        messages: what is expected to be sent.
    """

    calling: Json = field(default_factory=lambda: {"from": STANDARD_NUMBER})
    to: str | None = None
    caller: list[Json] = field(default_factory=list)
    callees: dict[str, Json] = field(default_factory=dict)
    expect: Json = field(default_factory=dict)
    message: Json | None = None
    chat: Json | None = None
    messages: list[Json] = field(default_factory=list)


def read(path: Path) -> Script:
    """The script in a YAML file.

    Raises:
        ScriptError: the file cannot be read, or says something nobody could follow.
    """
    try:
        document = yaml.safe_load(path.read_text())
    except OSError as error:
        raise ScriptError(f"{path} cannot be read: {error.strerror}. Name a script file.") from error
    except yaml.YAMLError as error:
        raise ScriptError(f"{path} isn't YAML: {error}") from error
    try:
        return checked(document)
    except (TypeError, ValueError) as error:
        raise ScriptError(f"{path}: {error}") from error


def checked(document: JsonValue) -> Script:
    """A script from its parsed YAML.

    Raises:
        ValueError: something nobody could follow; says what is allowed.
        TypeError: a callee has a member that does not exist.
    """
    if not isinstance(document, dict):
        raise ValueError(f"a script is a mapping with some of {', '.join(MEMBERS)}")
    _only(document, MEMBERS, "a script")
    expect = dict(document.get("expect") or {})
    _only(expect, EXPECTATIONS, "expect")
    messages = script_messages.expected(expect.pop("messages")) if "messages" in expect else []
    to = document.get("to")
    if "message" in document or "chat" in document:
        return _of_messages(document, expect, messages)
    callees = {str(number): dict(callee) for number, callee in (document.get("callees") or {}).items()}
    for callee in callees.values():
        Callee(**callee)
    caller = [_as_text(step) for step in document.get("caller") or []]
    check_steps(caller)
    return Script(_calling(document), str(to) if to else None, caller, callees, expect, messages=messages)


def _of_messages(document: Json, expect: Json, messages: list[Json]) -> Script:
    beside = sorted({*document} & set(OF_A_CALL) | {f"expect.{name}" for name in expect})
    if beside:
        raise ValueError(f"a script with messages has no call, so leave out {', '.join(beside)}")
    if "message" in document and "chat" in document:
        raise ValueError("a script has a message or a chat, not both")
    chat = script_chat.chat(document["chat"]) if "chat" in document else None
    message = script_messages.written(document["message"]) if "message" in document else None
    to = document.get("to", (message or chat or {}).get("to"))
    return Script(to=str(to) if to else None, message=message, chat=chat, messages=messages)


def _calling(document: Json) -> Json:
    calling = {name: document[name] for name in CALLER if name in document}
    if not {"from", "from_user", "withheld"} & set(calling):
        calling["from"] = STANDARD_NUMBER
    calling |= {name: str(calling[name]) for name in ("from", "from_user") if name in calling}
    if isinstance(calling.get("sip_headers"), dict):
        calling["sip_headers"] = {name: str(value) for name, value in calling["sip_headers"].items()}
    Caller.of(calling)
    return calling


def unmet(expect: Json, outcome: Json, entries: list[Json]) -> list[str]:
    """What was expected and did not happen, one sentence each.

    Args:
        expect: the script's `expect`.
        outcome: what the control API said about the call.
        entries: the call's entries of the journal.
    """
    found = {
        "status": outcome["status"],
        "connected_to": [entry["number"] for entry in entries if entry.get("what") == "connected"],
        "hears": [
            str(entry.get("text", entry.get("url"))) for entry in entries if entry.get("what") in HEARD
        ],
        "events": [_status(entry) for entry in entries if entry["kind"] == "webhook" and _status(entry)],
        "fallback": any(entry.get("webhook") == "fallback" for entry in entries),
        "within_s": outcome.get("duration_s", 0),
    }
    found |= {"not_connected_to": found["connected_to"], "never_hears": found["hears"]}
    return [
        f"expected {name}: {wanted}; it was {found[name]}"
        for name, wanted in expect.items()
        if not _is_met(name, wanted, found[name])
    ]


def undelivered(entries: list[Json]) -> list[str]:
    """The webhooks that reached nobody, at the second try neither, one sentence for each address.

    A reply of any status, or one that came too late, is the flow's affair; that there is nobody to reply is a
    mistake in an address, which no script means to make.

    Args:
        entries: the call's entries of the journal.
    """
    last_tries = {
        entry.get("retry_of", entry["id"]): entry for entry in entries if entry["kind"] == "webhook"
    }
    sentences = [
        f"the {entry['webhook']} webhook cannot be delivered to {entry['request']['url']}: {entry['failure']}"
        for entry in last_tries.values()
        if entry.get("failure") in UNDELIVERED
    ]
    return list(dict.fromkeys(sentences))


def _is_met(name: str, wanted: JsonValue, found: JsonValue) -> bool:
    match name:
        case "status" | "fallback":
            return bool(wanted == found)
        case "within_s":
            return bool(found <= float(wanted))
        case "hears":
            return all(_contained(text, found) for text in _listed(wanted))
        case "never_hears":
            return not any(_contained(text, found) for text in _listed(wanted))
        case "not_connected_to":
            return not any(number in found for number in _listed(wanted))
    return all(one in found for one in _listed(wanted))


HEARD = {"talk", "stream", "said"}


def _status(entry: Json) -> str:
    body = entry.get("request", {}).get("body")
    return str(body.get("status", "")) if isinstance(body, dict) else ""


def _contained(text: str, heard: list[str]) -> bool:
    return any(text.casefold() in one.casefold() for one in heard)


def _listed(wanted: JsonValue) -> list[str]:
    return [str(one) for one in wanted] if isinstance(wanted, list) else [str(wanted)]


def _as_text(step: JsonValue) -> Json:
    if not isinstance(step, dict):
        return {str(step): None}
    return {name: str(value) if name in {"hear", "say", "press"} else value for name, value in step.items()}


def _only(given: JsonValue, allowed: tuple[str, ...], where: str) -> None:
    unknown = sorted(set(map(str, given)) - set(allowed)) if isinstance(given, dict) else [str(given)]
    if unknown:
        raise ValueError(f"{where} may have {', '.join(allowed)}; not {', '.join(unknown)}")
