"""The fields of a leg's events, as real ones have them.

Source: Vonage Voice API webhooks reference; requests captured in the official SDKs' tests. Numbers about
money and time are text on the wire.
"""

from datetime import datetime

from vonage_simulator.calls.legs import Leg
from vonage_simulator.clock.clock import Clock
from vonage_simulator.types import Json

RATE_PER_MINUTE_EUR = 0.0072
NETWORK = "GB-FIXED"


def payload(leg: Leg, status: str, clock: Clock) -> Json:
    """What every event of a leg carries."""
    return {
        "headers": leg.headers,
        "from": leg.from_,
        "to": leg.to,
        "uuid": leg.uuid,
        "conversation_uuid": leg.conversation.uuid,
        "status": status,
        "direction": leg.direction,
        "timestamp": clock.timestamp(),
    }


def further(status: str) -> Json:
    """What a status adds: what an answered call costs is not known yet."""
    return {"start_time": None, "rate": None, "network": None} if status == "answered" else {}


def moved(leg: Leg, origin: str, clock: Clock) -> Json:
    """The event of a leg that has come to its conversation from another one."""
    return {
        "conversation_uuid_from": origin,
        "type": "transfer",
        "uuid": leg.uuid,
        "conversation_uuid_to": leg.conversation.uuid,
        "timestamp": clock.timestamp(),
    }


def bill(leg: Leg, clock: Clock) -> Json:
    """What `completed` adds."""
    ended = leg.ended_at or clock.now()
    return {
        "start_time": whole_seconds(leg.answered_at) if leg.answered_at else None,
        "end_time": whole_seconds(ended),
        "duration": str(leg.duration_s),
        "rate": f"{RATE_PER_MINUTE_EUR:.8f}",
        "price": f"{RATE_PER_MINUTE_EUR * leg.duration_s / 60:.8f}",
        "network": NETWORK,
        "disconnected_by": leg.disconnected_by,
    }


def whole_seconds(moment: datetime) -> str:
    """A moment as events write start and end times: ISO 8601 to the second, Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
