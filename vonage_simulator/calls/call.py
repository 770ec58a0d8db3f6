"""A call as its actions see it: its legs, its webhooks, its story, and the players of its NCCOs."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vonage_simulator.calls import events
from vonage_simulator.calls.exchange import Exchange
from vonage_simulator.calls.legs import Conversation, Leg, LegOverError
from vonage_simulator.calls.sounds import Ear
from vonage_simulator.calls.webhooks import CallWebhooks, Endpoints
from vonage_simulator.clock.waiting import first_of
from vonage_simulator.ncco.check import settled
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json, JsonValue

# Two names of the one origin: under the second one, calls of a region are found.
DEFAULT_HOST, REGIONAL_HOST = "127.0.0.1", "localhost"

Execute = Callable[["Player", Json], Awaitable[Ncco | None]]


@dataclass
class CallOutcome:
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
    """An inbound or outbound call that an NCCO controls, with all legs it leads to.

    Args:
        exchange: where it takes place.
        endpoints: where its webhooks go.
        first: the leg it begins with.
        actions: the code of each action of an NCCO, by the action's name.

    Attributes:
        players: what plays the NCCO that a leg follows, by the leg's `uuid`.
    """

    def __init__(
        self, exchange: Exchange, endpoints: Endpoints, first: Leg, actions: Mapping[str, Execute]
    ) -> None:
        platform = exchange.platform
        self.id = first.call
        self.first = first
        self.actions = actions
        self.exchange = exchange
        self.platform = platform
        self.clock = platform.clock
        self.switches = platform.account.switches
        self.identifiers = platform.account.identifiers
        self.webhooks = CallWebhooks(self.id, endpoints, platform.delivery, self.clock, self.switches)
        self.player = Player(self, first)
        self.players = {first.uuid: self.player}
        self._tasks: list[asyncio.Task[Any]] = []

    @property
    def region_url(self) -> str:
        """Where REST requests about this call go: to its region, if it has one, under another name."""
        url = self.platform.url
        return url.replace(DEFAULT_HOST, REGIONAL_HOST) if self.webhooks.endpoints.region else url

    def tell(self, what: str, leg: Leg, **details: JsonValue) -> Json:
        """Write a line of the call's story."""
        members = {"call": self.id, "leg": leg.uuid, "what": what, "party": leg.party, **details}
        return self.platform.journal.add("call", self.clock.timestamp(), **members)

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
        """Report that a leg is over, what it cost, and the recordings that its end cut short."""
        if self.switches.hung_up_recording != "after_completed":
            leg.finish_recordings()
        self.leg_event(leg, "completed", to=to, **events.bill(leg, self.clock))
        leg.finish_recordings()

    def move(self, leg: Leg, target: Conversation) -> None:
        """Put a leg into another conversation and report it."""
        origin = leg.conversation
        leg.move_to(target)
        self.tell("moved", leg, conversation=target.name or target.uuid)
        self.webhooks.event(events.moved(leg, origin.uuid, self.clock), leg=leg)

    def hook(self, action: Json) -> Json | None:
        """The webhook an action names for its own events; None means the call's event URL."""
        if not action.get("eventUrl"):
            return None
        return {"address": action["eventUrl"][0], "http_method": action.get("eventMethod", "POST")}

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Let something go on beside the NCCO; the call is not over before it is."""
        task = self.platform.engine.spawn(work)
        self._tasks.append(task)
        return task

    async def wait_for_spawned(self) -> None:
        """Wait for what goes on beside the NCCO, and for what that begins; only what broke is raised."""
        while self._tasks:
            tasks, self._tasks = self._tasks, []
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, Exception):
                    raise result

    async def answer_ncco(self) -> Ncco | None:
        """The NCCO that the answer URL or the fallback gives; None when neither does."""
        return await self.webhooks.answer(self._answer_payload(self.first), self.first)

    async def fetch_ncco(self, url: str, leg: Leg) -> Ncco | None:
        """The NCCO at a URL that an action or a request names."""
        return await self.webhooks.fetch(url, self._answer_payload(leg), leg)

    def player_of(self, leg: Leg) -> "Player":
        """What plays the NCCO that a leg follows, or the one that called it."""
        return self.players.get((leg.parent or leg).uuid, self.player)

    def outcome(self, failure: str | None = None) -> CallOutcome:
        """How it went."""
        transcript = self.platform.journal.entries(kind="call", call=self.id)
        leg = self.first
        return CallOutcome(self.id, leg.uuid, leg.status, leg.duration_s, failure, transcript)

    def _answer_payload(self, leg: Leg) -> Json:
        is_user = leg.direction == "inbound" and leg.endpoint_type == "app"
        return {
            "from_user" if is_user else "from": leg.from_,
            "to": leg.to,
            "uuid": leg.uuid,
            "conversation_uuid": leg.conversation.uuid,
            "endpoint_type": leg.endpoint_type,
            "region_url": self.region_url,
            **leg.answer_fields,
        }


class Player:
    """Plays NCCOs on a leg, one action after the other; what an action's code holds in its hand.

    An NCCO that an action's code returns replaces what is left of the present one.

    Attributes:
        remaining: the actions that come next.
    """

    def __init__(self, call: Call, leg: Leg, ncco: Sequence[Json] = ()) -> None:
        self.call = call
        self.leg = leg
        self.remaining: Ncco = list(ncco)
        self._action: asyncio.Task[Ncco | None] | None = None
        self._renewed = asyncio.Event()
        self._early = contextlib.ExitStack()
        self._early_ear: Ear | None = None

    async def play(self, longest_s: float | None = None) -> None:
        """Play what remains, and what replaces it, until nothing is left to do or the leg is over."""
        with contextlib.suppress(LegOverError, TimeoutError):
            async with asyncio.timeout(longest_s):
                await self.leg.unless_over(self._run())

    def replace(self, ncco: Ncco) -> None:
        """Drop the present NCCO, running action included, and go on with this one."""
        self.remaining = list(ncco)
        self._renewed.set()
        if self._action:
            self._action.cancel()

    async def replace_by(self, reply: Awaitable[Ncco | None]) -> None:
        """Go on with the NCCO of a reply, when there is one."""
        ncco = await reply
        if ncco is not None:
            self.replace(ncco)

    def begin_barge_in(self) -> None:
        """Listen already while something is played, for the `input` that must follow."""
        if self._early_ear is None:
            self._early_ear = self._early.enter_context(self.leg.listening())

    def end_barge_in(self) -> None:
        """The `input` is done: what follows cannot be interrupted any more."""
        self._early_ear = None
        self._early.close()

    @property
    def barge_in(self) -> Ear | None:
        """Who listens while something is played, since `bargeIn` was set; None otherwise."""
        return self._early_ear

    async def _run(self) -> None:
        """Play until no action is left and the leg is alone; cancelled when the leg ends."""
        with self._early:
            while True:
                self._renewed.clear()
                self.leg.follows_ncco = True
                while self.remaining:
                    await self._execute(self.remaining.pop(0))
                self.leg.follows_ncco = False
                if not await self._renewed_before_alone():
                    return

    async def _execute(self, action: Json) -> None:
        execute = self.call.actions[action["action"]]
        self._action = asyncio.ensure_future(execute(self, settled(action)))
        try:
            await asyncio.wait({self._action})
        finally:
            self._action.cancel()
            await asyncio.gather(self._action, return_exceptions=True)
        if not self._action.cancelled():
            replacement = self._action.result()
            if replacement is not None:
                self.remaining = list(replacement)

    async def _renewed_before_alone(self) -> bool:
        _, renewed = await first_of(self.leg.left_alone(), self._renewed.wait())
        return renewed is not None
