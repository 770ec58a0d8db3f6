"""A call: its legs, its webhooks, its story, from the first ring to `completed`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vonage_simulator.calls import events
from vonage_simulator.calls.actions import EXECUTE, conversation
from vonage_simulator.calls.dialling import Dialling
from vonage_simulator.calls.legs import Leg, LegOverError
from vonage_simulator.calls.machine_detection import Detection
from vonage_simulator.calls.parties import Party, StepFailedError
from vonage_simulator.calls.player import Player
from vonage_simulator.calls.webhooks import CallWebhooks, Endpoints
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json, JsonValue

if TYPE_CHECKING:
    from vonage_simulator.calls.exchange import Exchange

LONGEST_S = 7200
DEFAULT_HOST, REGIONAL_HOST = "127.0.0.1", "localhost"  # two names of the one origin


@dataclass
class Outcome:
    """How a call went, for whoever placed it.

    Attributes:
        status: of the first leg: `completed`, or `rejected` when the number leads nowhere.
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
        self.exchange = exchange
        self.clock = exchange.clock
        self.switches = exchange.account.switches
        self.identifiers = exchange.account.identifiers
        self.webhooks = CallWebhooks(self.id, endpoints, exchange.delivery, self.clock, self.switches)
        self.player = Player(self, first, EXECUTE)
        self._players = {first.uuid: self.player}
        self._tasks: list[asyncio.Task[Any]] = []

    async def run_inbound(self, steps: list[Json] | None) -> Outcome:
        """Ring, fetch the NCCO, answer, play it, and let the caller follow its steps meanwhile."""
        leg = self.first
        async with self._reporting():
            self.tell("dialled", leg, number=leg.to)
            self.leg_event(leg, "started")
            self.leg_event(leg, "ringing")
            ncco = await self.webhooks.answer(self._answer_payload(), leg)
            failure = None
            if ncco is None:
                self._not_answered()
            elif not leg.over.is_set():  # the caller may have lost patience meanwhile
                leg.answer()
                self.tell("answered", leg, number=leg.to)
                self.leg_event(leg, "answered")
                failure = await self._converse(ncco, steps or [], LONGEST_S)
            self.completed(leg)
        return self.outcome(failure)

    async def run_outbound(self, dialling: Dialling, ncco: Ncco | None, options: Json) -> Outcome:
        """Dial, then play the NCCO, given or fetched; `options` as an NCCO has them, and `length_timer`."""
        leg, callee, failure = self.first, dialling.callee, None
        async with self._reporting():
            unreached = await dialling.connect()
            if unreached:
                dialling.give_up(unreached)
                return self.outcome(None)
            leg.conversation.add(leg)
            if ncco is None:
                ncco = await self.webhooks.answer(self._answer_payload(), leg)
            detection = Detection.wanted(self, leg, callee, options, None)
            if detection and ncco is not None:
                ncco = await self._detected(detection, ncco)
            if ncco is None:
                self._not_answered()
            else:
                failure = await self._converse(ncco, list(callee.steps or ()), options["length_timer"])
            if leg.reports_its_end:
                self.leg_event(leg, "disconnected")
            self.completed(leg)
        return self.outcome(failure)

    @property
    def region_url(self) -> str:
        """Where REST requests about this call go: to its region, if it has one, under another name."""
        url = self.exchange.url
        return url.replace(DEFAULT_HOST, REGIONAL_HOST) if self.webhooks.endpoints.region else url

    def tell(self, what: str, leg: Leg, **details: JsonValue) -> Json:
        """Write a line of the call's story."""
        members = {"call": self.id, "leg": leg.uuid, "what": what, "party": leg.party, **details}
        return self.exchange.journal.add("call", self.clock.timestamp(), **members)

    def report(self, reason: str) -> None:
        """Send an error event."""
        self.webhooks.report(reason)

    def leg_payload(self, leg: Leg, status: str) -> Json:
        """The fields every event of a leg has."""
        return events.payload(leg, status, self.clock)

    def leg_event(self, leg: Leg, status: str, *, to: Json | None = None, **extra: JsonValue) -> None:
        """Report a status of a leg."""
        leg.status = status
        fields = {**self.leg_payload(leg, status), **events.further(status), **extra}
        self.webhooks.event(fields, to=to, leg=leg)

    def completed(self, leg: Leg, *, to: Json | None = None) -> None:
        """Report that a leg is over, and what it cost."""
        self.leg_event(leg, "completed", to=to, **events.bill(leg, self.clock))

    def hook(self, action: Json) -> Json | None:
        """The webhook an action names for its own events; None means the call's event URL."""
        if not action.get("eventUrl"):
            return None
        return {"address": action["eventUrl"][0], "http_method": action.get("eventMethod", "POST")}

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Let something go on beside the NCCO; the call is not over before it is."""
        task = self.exchange.engine.spawn(work)
        self._tasks.append(task)
        return task

    async def fetch_ncco(self, url: str, leg: Leg) -> Ncco | None:
        """The NCCO at a URL that an action or a request names."""
        return await self.webhooks.fetch(url, self._answer_payload(leg), leg)

    async def play_from(self, url: str, leg: Leg) -> None:
        """Fetch an NCCO for one leg and play it there to its end."""
        ncco = await self.fetch_ncco(url, leg)
        player = Player(self, leg, EXECUTE)
        player.remaining = list(ncco or [])
        await self._until_over(player)

    def player_of(self, leg: Leg) -> Player:
        """What plays the NCCO that a leg follows, or the one that called it."""
        return self._players.get((leg.parent or leg).uuid, self.player)

    def transfer(self, leg: Leg, ncco: Ncco) -> None:
        """Put a leg into a conversation of its own and let it follow another NCCO from now on."""
        conversation.move(self, leg, self.exchange.new_conversation())
        if leg.uuid in self._players:
            self._players[leg.uuid].replace(ncco)
            return
        player = self._players[leg.uuid] = Player(self, leg, EXECUTE)
        player.remaining = list(ncco)
        leg.follows_ncco = True
        self.spawn(self._lead(player))

    async def _lead(self, player: Player) -> None:
        await self._until_over(player)
        player.leg.hang_up("platform")

    async def _until_over(self, player: Player, longest_s: float | None = None) -> None:
        """Play until there is nothing left to do or the leg is over."""
        with contextlib.suppress(LegOverError, TimeoutError):
            async with asyncio.timeout(longest_s):
                await player.leg.unless_over(player.run())

    async def _converse(self, ncco: Ncco, steps: list[Json], longest_s: float) -> str | None:
        """Play the NCCO while the party follows its steps; returns what the party could not do."""
        leg = self.first
        party = asyncio.ensure_future(Party(leg, self.tell).follow(steps))
        self.player.remaining = list(ncco)
        await self._until_over(self.player, longest_s)
        if not leg.over.is_set():
            self.tell("ended", leg)
            leg.hang_up("platform")
        try:
            await party
        except StepFailedError as failed:
            return str(failed)
        return None

    async def _detected(self, detection: Detection, ncco: Ncco) -> Ncco:
        if not detection.holds_the_call:
            self.spawn(self.player.replace_by(detection.run()))
            return ncco
        return await detection.run() or ncco

    @contextlib.asynccontextmanager
    async def _reporting(self) -> AsyncIterator[None]:
        """Send events meanwhile; afterwards wait for all that began here."""
        async with asyncio.TaskGroup() as together:
            sending = together.create_task(self.webhooks.send_events())
            yield
            await self._finish_tasks()
            await self.webhooks.drained()
            sending.cancel()

    async def _finish_tasks(self) -> None:
        """Wait for what goes on beside the NCCO; what was stopped is fine, what broke is not."""
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result

    def _not_answered(self) -> None:
        reason = "neither answer_url nor fallback_answer_url gave an NCCO"
        self.tell("not answered", self.first, reason=reason)
        self.first.hang_up("platform")

    def outcome(self, failure: str | None) -> Outcome:
        """How it went."""
        transcript = self.exchange.journal.entries(kind="call", call=self.id)
        return Outcome(
            self.id, self.first.uuid, self.first.status, self.first.duration_s, failure, transcript
        )

    def _answer_payload(self, leg: Leg | None = None) -> Json:
        asking = leg or self.first
        is_user = asking.direction == "inbound" and asking.endpoint_type == "app"
        return {
            "from_user" if is_user else "from": asking.from_,
            "to": asking.to,
            "uuid": asking.uuid,
            "conversation_uuid": asking.conversation.uuid,
            "endpoint_type": asking.endpoint_type,
            "region_url": self.region_url,
            **asking.answer_fields,
        }
