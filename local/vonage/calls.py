"""A call: its legs, its webhooks, its story, from the first ring to `completed`."""

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.vonage import asking, connecting, playing
from local.vonage.account import Json
from local.vonage.call_webhooks import CallWebhooks, Endpoints, Ncco
from local.vonage.legs import Conversation, Ender, Leg
from local.vonage.parties import Callee, Party, StepFailedError
from local.vonage.player import Execute, Player

if TYPE_CHECKING:
    from local.vonage.exchange import Exchange

EXECUTE: dict[str, Execute] = {
    "talk": playing.talk,
    "stream": playing.stream,
    "input": asking.input_,
    "connect": connecting.connect,
}

LONGEST_S = 7200
RATE_PER_MINUTE_EUR = 0.0072
NETWORK = "GB-FIXED"


@dataclass
class Outcome:
    """How a call went, for whoever placed it.

    Attributes:
        status: of the caller's leg: `completed`, or `rejected` when the number leads nowhere.
        failure: what the caller's script could not do, or why the call was rejected.
    """

    call: str
    leg: str
    status: str
    duration_s: int = 0
    failure: str | None = None
    transcript: list[Json] = field(default_factory=list)

    def as_json(self) -> Json:
        """The outcome as the control API returns it."""
        return {name: value for name, value in vars(self).items() if value is not None}


class Call:
    """An inbound or outbound call that an NCCO controls, with all legs it leads to."""

    def __init__(self, exchange: "Exchange", endpoints: Endpoints, first: Leg) -> None:
        self.id = first.call
        self.first = first
        self.legs = [first]
        self.clock = exchange.clock
        self.switches = exchange.account.switches
        self.identifiers = exchange.account.identifiers
        self.callees: dict[str, Callee] = exchange.callees
        self._exchange = exchange
        self.webhooks = CallWebhooks(self.id, endpoints, exchange.delivery, self.clock, self.switches)
        self.player = Player(self, first, EXECUTE)
        self._tasks: list[asyncio.Task[Any]] = []

    @property
    def own_numbers(self) -> dict[str, Json]:
        """The account's numbers, which a callee may see."""
        return self._exchange.account.numbers

    def tell(self, what: str, leg: Leg, **details: Any) -> Json:  # noqa: ANN401 - any JSON
        """Write a line of the call's story."""
        members = {"call": self.id, "leg": leg.uuid, "what": what, "party": leg.party, **details}
        return self._exchange.journal.add("call", self.clock.timestamp(), **members)

    def new_leg(self, *, to: str, from_: str, parent: Leg) -> Leg:
        """A further, outbound leg towards somebody."""
        leg = Leg(
            uuid=self.identifiers.hex(),
            call=self.id,
            conversation=parent.conversation,
            direction="outbound",
            from_=from_,
            to=to,
            clock=self.clock,
            parent=parent,
        )
        self.legs.append(leg)
        return leg

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Let something go on beside the NCCO; the call is not over before it is."""
        task = self._exchange.engine.spawn(work)
        self._tasks.append(task)
        return task

    def hook(self, action: Json) -> Json | None:
        """The webhook an action names for its own events; None means the call's event URL."""
        if not action.get("eventUrl"):
            return None
        return {"address": action["eventUrl"][0], "http_method": action.get("eventMethod", "POST")}

    def leg_payload(self, leg: Leg, status: str) -> Json:
        """The fields every event of a leg has."""
        return {
            "headers": leg.headers,
            "from": leg.from_,
            "to": leg.to,
            "uuid": leg.uuid,
            "conversation_uuid": leg.conversation.uuid,
            "status": status,
            "direction": leg.direction,
            "timestamp": self.clock.timestamp(),
        }

    def leg_event(self, leg: Leg, status: str, *, to: Json | None = None, **extra: Any) -> None:  # noqa: ANN401
        """Report a status of a leg."""
        leg.status = status
        if status == "answered":
            extra |= {"start_time": None, "rate": None, "network": None}
        self.webhooks.event({**self.leg_payload(leg, status), **extra}, to=to, leg=leg)

    def completed(self, leg: Leg, *, to: Json | None = None) -> None:
        """Report that a leg is over, with what it cost; numbers are text on the wire."""
        minutes = leg.duration_s / 60
        ended = leg.ended_at or self.clock.now()
        self.leg_event(
            leg,
            "completed",
            to=to,
            start_time=_seconds(leg.answered_at.isoformat()) if leg.answered_at else None,
            end_time=_seconds(ended.isoformat()),
            duration=str(leg.duration_s),
            rate=f"{RATE_PER_MINUTE_EUR:.8f}",
            price=f"{RATE_PER_MINUTE_EUR * minutes:.8f}",
            network=NETWORK,
            disconnected_by=leg.disconnected_by,
        )

    async def run_inbound(self, steps: list[Json] | None) -> Outcome:
        """Ring, fetch the NCCO, answer, play it, and let the caller follow its steps meanwhile."""
        events = self._exchange.engine.spawn(self.webhooks.send_events())
        leg = self.first
        self.tell("dialled", leg, number=leg.to)
        self.leg_event(leg, "started")
        self.leg_event(leg, "ringing")
        ncco = await self.webhooks.answer(self._answer_payload(), leg)
        failure = None
        if ncco is None:
            self.tell("not answered", leg, reason="neither answer_url nor fallback_answer_url gave an NCCO")
            self.end("platform")
        else:
            leg.answer()
            self.tell("answered", leg, number=leg.to)
            self.leg_event(leg, "answered")
            failure = await self._converse(ncco, steps)
        self.completed(leg)
        await self._end_others()
        await self.webhooks.drained()
        events.cancel()
        return self.outcome(failure)

    async def _converse(self, ncco: Ncco, steps: list[Json] | None) -> str | None:
        """Play the NCCO while the caller follows its steps; returns what the caller could not do."""
        caller = asyncio.ensure_future(Party(self.first, self.tell).follow(steps or []))
        playing_ncco = asyncio.ensure_future(self._play_out(ncco))
        over = asyncio.ensure_future(self.first.over.wait())
        await asyncio.wait({over, playing_ncco}, timeout=LONGEST_S, return_when=asyncio.FIRST_COMPLETED)
        self.end("platform")
        over.cancel()
        playing_ncco.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await playing_ncco
        try:
            await caller
        except StepFailedError as failed:
            return str(failed)
        return None

    async def _play_out(self, ncco: Ncco) -> None:
        """Play an NCCO; with nothing left to do, the call lasts as long as somebody else is on the line."""
        await self.player.play(ncco)
        await self.first.conversation.emptied(of=self.first)

    def end(self, by: Ender) -> None:
        """End the first leg."""
        if not self.first.over.is_set():
            self.tell("ended", self.first)
            self.first.hang_up(by)

    async def _end_others(self) -> None:
        for leg in self.legs[1:]:
            if leg.conversation.name is None:
                leg.hang_up("platform")
        await asyncio.gather(*self._tasks)

    def outcome(self, failure: str | None) -> Outcome:
        """How it went."""
        transcript = self._exchange.journal.entries(kind="call", call=self.id)
        return Outcome(
            self.id, self.first.uuid, self.first.status, self.first.duration_s, failure, transcript
        )

    def _answer_payload(self) -> Json:
        leg = self.first
        return {
            "from": leg.from_,
            "to": leg.to,
            "uuid": leg.uuid,
            "conversation_uuid": leg.conversation.uuid,
            "endpoint_type": leg.endpoint_type,
            "region_url": self._exchange.url,
        }


def new_conversation(exchange: "Exchange", name: str | None = None) -> Conversation:
    """A conversation with an id of its own."""
    return Conversation(exchange.account.identifiers.conversation(), name)


def _seconds(iso: str) -> str:
    return iso.partition(".")[0].partition("+")[0] + "Z"
