"""Opening the WebSocket of an endpoint, as Vonage does: it is the client.

Source: Vonage Voice API reference (1.10.0) and the .NET SDK's `WebsocketAuthorization`: with `authorization`
of type `vonage` the handshake carries the JWT of signed webhooks, with `custom` the value as it is. Not
confirmed: what the token's `payload_hash` covers (here: an empty body), and how Vonage names itself.
"""

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from vonage_simulator.calls.call import Call
from vonage_simulator.calls.legs import Leg
from vonage_simulator.types import Json
from vonage_simulator.webhooks import signing
from vonage_simulator.webhooks.delivery import USER_AGENT

ADVICE = "start its server, or list the URI as a callee to do without one"
# Real seconds that jumping time waits.
PATIENCE_S = 2.0


async def shake_hands(call: Call, leg: Leg, endpoint: Json) -> ClientConnection | None:
    """The open connection; None when it could not be opened, which the call's story explains."""
    try:
        with call.clock.standing_still(PATIENCE_S):
            return await connect(
                endpoint["uri"],
                additional_headers=_authorization(call, leg, endpoint.get("authorization", {})),
                user_agent_header=USER_AGENT,
                compression=None,
                proxy=None,
                open_timeout=None,  # whoever dials has a timeout of its own
                ping_interval=None,
            )
    except InvalidStatus as refusal:
        reason = f"the handshake was answered with status {refusal.response.status_code}"
    except (OSError, WebSocketException) as error:
        reason = f"{type(error).__name__}: {error}"
    call.tell("unreachable", leg, reason=f"{reason}; {ADVICE}")
    return None


def _authorization(call: Call, leg: Leg, wanted: Json) -> dict[str, str]:
    match wanted:
        case {"type": "vonage"}:
            return signing.authorization(call.platform.account, b"", leg.application_id)
        case {"type": "custom", "value": value}:
            return {"Authorization": value}
    return {}
