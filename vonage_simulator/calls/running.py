"""How a call goes, from the first ring to `completed`: the one place that knows all of its parts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from vonage_simulator.calls.actions.table import ACTIONS
from vonage_simulator.calls.call import Call, CallOutcome, Player
from vonage_simulator.calls.dialling import Dialling
from vonage_simulator.calls.exchange import Exchange
from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.machine_detection import Detection
from vonage_simulator.calls.parties import Party, StepFailedError
from vonage_simulator.calls.webhooks import Endpoints
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json

LONGEST_S = 7200


def new_call(exchange: Exchange, endpoints: Endpoints, first: Leg) -> Call:
    """A call that begins with this leg and knows every action."""
    return Call(exchange, endpoints, first, ACTIONS)


async def run_inbound(call: Call, steps: list[Json] | None) -> CallOutcome:
    """Ring, fetch the NCCO, answer, play it, and let the caller follow its steps meanwhile."""
    leg, failure = call.first, None
    async with _reporting(call):
        call.tell("dialled", leg, number=leg.to)
        call.leg_event(leg, "started")
        call.leg_event(leg, "ringing")
        ncco = await call.answer_ncco()
        if ncco is None:
            _not_answered(call)
        elif not leg.over.is_set():  # the caller may have lost patience meanwhile
            leg.answer()
            call.tell("answered", leg, number=leg.to)
            call.leg_event(leg, "answered")
            failure = await _converse(call, ncco, steps or [], LONGEST_S)
        call.completed(leg)
    return call.outcome(failure)


async def run_outbound(call: Call, dialling: Dialling, ncco: Ncco | None, options: Json) -> CallOutcome:
    """Dial, then play the NCCO, given or fetched; `options` as an NCCO has them, and `length_timer`."""
    leg, callee, failure = call.first, dialling.callee, None
    async with _reporting(call):
        unreached = await dialling.connect()
        if unreached:
            dialling.give_up(unreached)
            return call.outcome()
        leg.conversation.add(leg)
        if ncco is None:
            ncco = await call.answer_ncco()
        detection = Detection.wanted(call, leg, callee, options, None)
        if detection and ncco is not None:
            ncco = await _detected(call, detection, ncco)
        if ncco is None:
            _not_answered(call)
        else:
            failure = await _converse(call, ncco, list(callee.steps or ()), options["length_timer"])
        if leg.reports_its_end:
            call.leg_event(leg, "disconnected")
        call.completed(leg)
    return call.outcome(failure)


def transfer(call: Call, leg: Leg, ncco: Ncco) -> None:
    """Put a leg into a conversation of its own and let it follow another NCCO from now on."""
    call.move(leg, call.exchange.new_conversation())
    if leg.uuid in call.players:
        call.players[leg.uuid].replace(ncco)
        return
    player = call.players[leg.uuid] = Player(call, leg, ncco)
    leg.follows_ncco = True
    call.spawn(_lead(player))


async def _lead(player: Player) -> None:
    await player.play()
    player.leg.hang_up("platform")


async def _converse(call: Call, ncco: Ncco, steps: list[Json], longest_s: float) -> str | None:
    """Play the NCCO while the party follows its steps; returns what the party could not do."""
    leg = call.first
    party = asyncio.ensure_future(Party(leg, call.tell).follow(steps))
    call.player.remaining = list(ncco)
    await call.player.play(longest_s)
    if not leg.over.is_set():
        call.tell("ended", leg)
        leg.hang_up("platform")
    try:
        await party
    except StepFailedError as failed:
        return str(failed)
    return None


async def _detected(call: Call, detection: Detection, ncco: Ncco) -> Ncco:
    if not detection.holds_the_call:
        call.spawn(call.player.replace_by(detection.run()))
        return ncco
    return await detection.run() or ncco


@contextlib.asynccontextmanager
async def _reporting(call: Call) -> AsyncIterator[None]:
    """Send events meanwhile; afterwards wait for all that began here."""
    async with asyncio.TaskGroup() as together:
        sending = together.create_task(call.webhooks.send_events())
        yield
        await call.wait_for_spawned()
        await call.webhooks.drained()
        sending.cancel()


def _not_answered(call: Call) -> None:
    reason = "neither answer_url nor fallback_answer_url gave an NCCO"
    call.tell("not answered", call.first, reason=reason)
    call.first.hang_up("platform")
