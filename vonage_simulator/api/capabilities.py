"""The rules of an application's document: which fields, of which type, in which range, with which default.

Source: Vonage Application API v2 reference (2.4.1). Names, ranges and defaults are the wire's:
`connect_timeout`, not the `connection_timeout` of older pages.
"""

from typing import Literal

from vonage_simulator.api.rules import Rule, address, an_object, between, boolean, empty, fields, one_of
from vonage_simulator.types import Json

REGIONS = ("na-east", "na-west", "eu-east", "eu-west", "apac-sng", "apac-australia")
ROUND_TRIPPED = (
    "video",
    "verify",
    "network_apis",
    "meetings",
    "bulk",
)  # kept as they come: nothing here runs on them


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
    "vbc": empty,
    **dict.fromkeys(ROUND_TRIPPED, an_object),
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


ALL = fields(CAPABILITIES)


def with_defaults(capabilities: Json, unset_fallback: Literal["absent", "empty"]) -> Json:
    """The capabilities as Vonage will read them back: what was left out has its default."""
    filled = {name: {**CAPABILITY_DEFAULTS.get(name, {}), **value} for name, value in capabilities.items()}
    for name, value in filled.items():
        if "webhooks" in value and name not in ROUND_TRIPPED:
            filled[name] = {**value, "webhooks": _webhooks_with_defaults(name, value["webhooks"])}
    if "voice" in filled and unset_fallback == "empty":
        webhooks = {"fallback_answer_url": {"address": ""}, **filled["voice"].get("webhooks", {})}
        filled["voice"] = {**filled["voice"], "webhooks": webhooks}
    return filled


def _webhooks_with_defaults(capability: str, webhooks: Json) -> Json:
    defaults = VOICE_WEBHOOK_DEFAULTS if capability == "voice" else {}
    return {
        kind: {"address": hook["address"], **defaults.get(kind, {"http_method": "POST"}), **hook}
        for kind, hook in webhooks.items()
    }
