"""The rules of an application's document: which fields, of which type, in which range, with which default.

Source: Vonage Application API v2 reference (2.4.1). Names, ranges and defaults are the wire's:
`connect_timeout`, not the `connection_timeout` of older pages.
"""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from local.vonage.account import Json
from local.vonage.problems import InvalidParameter

REGIONS = ("na-east", "na-west", "eu-east", "eu-west", "apac-sng", "apac-australia")
ROUND_TRIPPED = (
    "video",
    "verify",
    "network_apis",
    "meetings",
    "bulk",
)  # kept as they come: nothing here runs on them

Problems = Iterator[InvalidParameter]
Rule = Callable[[str, object], Problems]


def one_of(*allowed: str) -> Rule:
    """A string out of a fixed set."""

    def rule(path: str, value: object) -> Problems:
        if value not in allowed:
            yield InvalidParameter(path, f"must be one of: {', '.join(allowed)}")

    return rule


def between(low: int, high: int) -> Rule:
    """An integer in a range, both ends included."""

    def rule(path: str, value: object) -> Problems:
        if not isinstance(value, int) or isinstance(value, bool):
            yield InvalidParameter(path, "must be an integer")
        elif not low <= value <= high:
            yield InvalidParameter(path, f"must be between {low} and {high}")

    return rule


def boolean(path: str, value: object) -> Problems:
    """True or false, not their spelling as text."""
    if not isinstance(value, bool):
        yield InvalidParameter(path, "must be a boolean")


def anything(_path: str, _value: object) -> Problems:
    """A part the simulator keeps without looking inside."""
    yield from ()


def address(path: str, value: object) -> Problems:
    """An http(s) URL, or the empty string that an unset fallback reads as."""
    if not isinstance(value, str):
        yield InvalidParameter(path, "must be a string")
    elif value and not _is_url(value):
        yield InvalidParameter(path, "must be a valid URL")


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in value


def fields(rules: dict[str, Rule], required: tuple[str, ...] = ()) -> Rule:
    """An object whose known members follow their rules; unknown members are `unknown_fields`' business."""

    def rule(path: str, value: object) -> Problems:
        if not isinstance(value, dict):
            yield InvalidParameter(path, "must be an object")
            return
        for name in required:
            if name not in value:
                yield InvalidParameter(f"{path}.{name}", "is required")
        for name, check in rules.items():
            if name in value:
                yield from check(f"{path}.{name}", value[name])

    rule.known = rules  # type: ignore[attr-defined]
    return rule


def _webhook(methods: tuple[str, ...], socket_timeout_ms: int | None = None) -> Rule:
    rules: dict[str, Rule] = {"address": address, "http_method": one_of(*methods)}
    if socket_timeout_ms:
        rules |= {"connect_timeout": between(300, 1000), "socket_timeout": between(1000, socket_timeout_ms)}
    return fields(rules, required=("address",))


ANY_METHOD = ("GET", "POST")
VOICE_WEBHOOKS: dict[str, Rule] = {
    "answer_url": _webhook(ANY_METHOD, 5000),
    "fallback_answer_url": _webhook(ANY_METHOD, 5000),
    "event_url": _webhook(ANY_METHOD, 10000),
}
CAPABILITIES: dict[str, Rule] = {
    "voice": fields(
        {
            "webhooks": fields(VOICE_WEBHOOKS),
            "signed_callbacks": boolean,
            "conversations_ttl": between(1, 9000),
            "leg_persistence_time": between(1, 31),
            "region": one_of(*REGIONS),
        }
    ),
    "messages": fields(
        {
            "webhooks": fields({"inbound_url": _webhook(("POST",)), "status_url": _webhook(("POST",))}),
            "version": one_of("v1", "v0.1"),
            "authenticate_inbound_media": boolean,
        }
    ),
    "rtc": fields({"webhooks": fields({"event_url": _webhook(ANY_METHOD)}), "signed_callbacks": boolean}),
    "vbc": fields({}),
    **dict.fromkeys(ROUND_TRIPPED, anything),
}

CAPABILITY_DEFAULTS: dict[str, Json] = {
    "voice": {"signed_callbacks": True, "conversations_ttl": 48, "leg_persistence_time": 2},
    "messages": {"version": "v1"},
    "rtc": {"signed_callbacks": True},
}
VOICE_WEBHOOK_DEFAULTS: dict[str, Json] = {
    "answer_url": {"http_method": "GET", "connect_timeout": 1000, "socket_timeout": 5000},
    "fallback_answer_url": {"http_method": "GET", "connect_timeout": 1000, "socket_timeout": 5000},
    "event_url": {"http_method": "POST", "connect_timeout": 1000, "socket_timeout": 10000},
}


def problems_of(capabilities: object) -> list[InvalidParameter]:
    """Everything a 400 would list about `capabilities`, with dotted paths as Vonage writes them."""
    found = list(fields(CAPABILITIES)("capabilities", capabilities))
    if isinstance(capabilities, dict) and capabilities.get("vbc"):
        found.append(InvalidParameter("capabilities.vbc", "must be an empty object"))
    return found


def unknown_members(capabilities: Json) -> list[str]:
    """Dotted paths of members the reference does not list."""
    return list(_unknown("capabilities", capabilities, fields(CAPABILITIES)))


def _unknown(path: str, value: object, rule: Rule) -> Iterator[str]:
    known: dict[str, Rule] | None = getattr(rule, "known", None)
    if known is None or not isinstance(value, dict):
        return
    for name, member in value.items():
        if name in known:
            yield from _unknown(f"{path}.{name}", member, known[name])
        else:
            yield f"{path}.{name}"


def with_defaults(capabilities: Json) -> Json:
    """The capabilities as Vonage will read them back: what was left out has its default."""
    filled = {name: {**CAPABILITY_DEFAULTS.get(name, {}), **value} for name, value in capabilities.items()}
    for name, value in filled.items():
        if "webhooks" in value and name not in ROUND_TRIPPED:
            filled[name] = {**value, "webhooks": _webhooks_with_defaults(name, value["webhooks"])}
    return filled


def _webhooks_with_defaults(capability: str, webhooks: Json) -> Json:
    defaults = VOICE_WEBHOOK_DEFAULTS if capability == "voice" else {}
    return {
        kind: {"address": hook["address"], **defaults.get(kind, {"http_method": "POST"}), **hook}
        for kind, hook in webhooks.items()
    }
