"""The older shape of message webhooks, for applications of version v0.1.

Source: Vonage Messages API v0.1 reference of 2021: `to` and `from` are objects, the content is under
`message.content`, a status has `error {code, reason}`, and there is no `channel` or `message_type`.
"""

from vonage_simulator.types import Json

CHANNELS = {"viber_service": "viber_service_msg"}
# Sides of these channels have ids instead of numbers.
DIGITAL = {"messenger", "viber_service"}


def as_v01(payload: Json) -> Json:
    """A v1 payload in the older shape."""
    old: Json = {"message_uuid": payload["message_uuid"], "timestamp": payload["timestamp"]}
    old |= {side: _party(payload["channel"], payload[side]) for side in ("to", "from")}
    if "status" in payload:
        old["status"] = payload["status"]
        old |= {name: payload[name] for name in ("usage", "client_ref") if name in payload}
        if "error" in payload:
            old["error"] = {"code": int(payload["error"]["title"]), "reason": payload["error"]["detail"]}
        return old
    kind = payload["message_type"]
    return {**old, "message": {"content": {"type": kind, kind: _content(kind, payload.get(kind))}}}


def _party(channel: str, who: str) -> Json:
    return {"type": CHANNELS.get(channel, channel), ("id" if channel in DIGITAL else "number"): who}


def _content(kind: str, content: object) -> object:
    if kind != "location" or not isinstance(content, dict):
        return content
    rest = {name: value for name, value in content.items() if name not in {"lat", "long"}}
    return {**rest, "longitude": str(content["long"]), "latitude": str(content["lat"])}
