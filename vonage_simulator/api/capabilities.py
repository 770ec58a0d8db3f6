"""What Vonage fills in where an application's capabilities leave something out.

Source: Vonage Application API v2 reference (2.4.1), defaults.
"""

from typing import Literal

from vonage_simulator.types import Json

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


def with_defaults(capabilities: Json, unset_fallback: Literal["absent", "empty"]) -> Json:
    """The capabilities as Vonage will read them back: what was left out has its default."""
    filled = dict(capabilities)
    for name, defaults in CAPABILITY_DEFAULTS.items():
        if name in filled:
            filled[name] = {**defaults, **filled[name]}
            if "webhooks" in filled[name]:
                filled[name]["webhooks"] = _webhooks_with_defaults(name, filled[name]["webhooks"])
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
