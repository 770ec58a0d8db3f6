"""`connect`: call somebody and join the legs.

Source: Vonage NCCO reference, "connect", and the call flow guide: the next action starts when the callee
has answered, or, with
`eventType: synchronous`, when that leg is over; a callee who cannot be reached just ends the action.
"""

import asyncio

from local.vonage.account import Json
from local.vonage.call_webhooks import Ncco
from local.vonage.dialling import Dialling
from local.vonage.parties import Callee
from local.vonage.player import Player

RING_S = 60
LIMIT_S = 7200


async def connect(player: Player, action: Json) -> Ncco | None:
    """Dial the endpoint; the reply to a synchronous failure may be another NCCO."""
    call = player.call
    endpoint = action["endpoint"][0]
    leg = call.new_leg(to=address(endpoint), from_=_caller_id(player, action), parent=player.leg)
    leg.endpoint_type = endpoint["type"]
    leg.headers = endpoint.get("headers", {}) if endpoint["type"] == "websocket" else {}
    callee = call.callees.get(leg.to, Callee())
    dialling = Dialling(call, leg, callee, action.get("timeout", RING_S), call.hook(action))
    try:
        failure = await dialling.connect()
    except asyncio.CancelledError:
        dialling.give_up({"status": "cancelled"})
        raise
    synchronous = action.get("eventType") == "synchronous"
    if failure:
        return await _failed(player, dialling, failure, synchronous=synchronous)
    leg.conversation.add(leg)
    call.tell("connected", leg, number=leg.to)
    talking = call.spawn(dialling.live(action.get("limit", LIMIT_S)))
    if synchronous:
        await leg.over.wait()
        await talking
    return None


async def _failed(player: Player, dialling: Dialling, failure: Json, *, synchronous: bool) -> Ncco | None:
    if not synchronous:
        dialling.give_up(failure)
        return None
    call, leg = player.call, dialling.leg
    payload = {**call.leg_payload(leg, failure["status"]), **failure}
    call.tell(failure["status"], leg, number=leg.to)
    ncco = await call.webhooks.ask("event", payload, leg, dialling.hook)
    dialling.end(completed=failure["status"] != "rejected")
    return ncco


def address(endpoint: Json) -> str:
    """Who an endpoint reaches: a number, a user, an extension or a URI."""
    names = {"phone": "number", "app": "user", "websocket": "uri", "sip": "uri", "vbc": "extension"}
    value: str = endpoint[names[endpoint["type"]]]
    return value


def _caller_id(player: Player, action: Json) -> str:
    """The number the callee sees: one of the account's own, else it is unknown."""
    if action.get("randomFromNumber"):
        return player.call.identifiers.random.choice(sorted(player.call.own_numbers))
    wanted: str = action.get("from", "")
    return wanted if wanted in player.call.own_numbers else "unknown"
