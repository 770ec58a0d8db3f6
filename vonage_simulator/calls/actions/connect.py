"""`connect`: call somebody and join the legs.

Source: Vonage NCCO reference, "connect", and the call flow guide: the next action starts when the callee
has answered, or, with `eventType: synchronous`, when that leg is over; a callee who cannot be reached just
ends the action.
"""

import asyncio

from switchboard.wire.endpoints import address

from vonage_simulator.calls import caller_id
from vonage_simulator.calls.actions.stream import STREAMED_S
from vonage_simulator.calls.call import Player
from vonage_simulator.calls.dialling import Dialling
from vonage_simulator.calls.machine_detection import Detection
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json

FOREIGN = "which is neither a number of the account nor the phone that calls"
RING_S = 60
LIMIT_S = 7200


async def connect(player: Player, action: Json) -> Ncco | None:
    """Dial the endpoint; the reply to a synchronous failure may be another NCCO."""
    dialling = _dialling(player, action)
    if "ringbackTone" in action:
        player.leg.hear(action["ringbackTone"], STREAMED_S)
    try:
        failure = await dialling.connect()
    except asyncio.CancelledError:
        dialling.give_up({"status": "cancelled"})
        raise
    synchronous = action.get("eventType") == "synchronous"
    if failure:
        return await _failed(player, dialling, failure, synchronous=synchronous)
    try:
        await _greet(player, dialling, action["endpoint"][0])
        ncco = await _detect(player, dialling, action)
    except asyncio.CancelledError:
        dialling.end()
        raise
    _join(player, dialling)
    talking = player.call.spawn(dialling.live(action.get("limit", LIMIT_S)))
    if synchronous and ncco is None:
        await asyncio.shield(talking)
    return ncco


def _dialling(player: Player, action: Json) -> Dialling:
    call, endpoint = player.call, action["endpoint"][0]
    leg = call.exchange.further_leg(player.leg, from_=caller_id.shown(call, action), to=address(endpoint))
    dialling = Dialling.to(endpoint, call, leg, action.get("timeout", RING_S), call.hook(action))
    if caller_id.is_foreign(call, action):
        call.tell("warning", leg, reason=f"from is {action['from']}, {FOREIGN}")
        dialling.barred = call.switches.foreign_caller_id == "not_connected"
    leg.may_report_its_end |= action.get("eventType") == "synchronous"
    return dialling


def _join(player: Player, dialling: Dialling) -> None:
    leg = dialling.leg
    leg.conversation = player.leg.conversation
    if not leg.over.is_set():
        leg.conversation.add(leg)
        player.call.tell("connected", leg, number=leg.to)


async def _greet(player: Player, dialling: Dialling, endpoint: Json) -> None:
    """What happens on the callee's side before the legs are joined: keys, and an NCCO of its own."""
    if "dtmfAnswer" in endpoint:
        player.call.tell("keys sent", dialling.leg, keys=endpoint["dtmfAnswer"])
    if "onAnswer" not in endpoint:
        return
    own = player.call.exchange.new_conversation()
    dialling.leg.conversation = own
    own.add(dialling.leg)
    tone = endpoint["onAnswer"].get("ringbackTone", endpoint["onAnswer"].get("ringback"))
    if tone:
        player.leg.hear(tone, STREAMED_S)
    ncco = await player.call.fetch_ncco(endpoint["onAnswer"]["url"], dialling.leg)
    await Player(player.call, dialling.leg, ncco or []).play()
    own.remove(dialling.leg)


async def _detect(player: Player, dialling: Dialling, action: Json) -> Ncco | None:
    detection = Detection.wanted(player.call, dialling.leg, dialling.callee, action, dialling.hook)
    if detection is None:
        return None
    if detection.holds_the_call:
        return await detection.run()
    player.call.spawn(player.replace_by(detection.run()))
    return None


async def _failed(player: Player, dialling: Dialling, failure: Json, *, synchronous: bool) -> Ncco | None:
    if not synchronous:
        dialling.give_up(failure)
        return None
    call, leg = player.call, dialling.leg
    payload = {**call.leg_payload(leg, failure["status"]), **failure}
    call.tell(failure["status"], leg, number=leg.to)
    try:
        return await call.webhooks.ask("event", payload, leg, dialling.hook)
    finally:  # the caller may hang up before the reply
        dialling.end(completed=failure["status"] != "rejected")
