"""The telephone exchange: calls begin here; who can be called, and what calls share, is listed here."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from vonage_simulator.account.account import Account
from vonage_simulator.calls.actions.record import Recording
from vonage_simulator.calls.call import Call, Outcome
from vonage_simulator.calls.callers import Caller, LeadsNowhereError, application_for
from vonage_simulator.calls.legs import Conversation, Leg
from vonage_simulator.calls.parties import Callee, check_steps, standard_callees
from vonage_simulator.calls.webhooks import Endpoints
from vonage_simulator.clock.clock import Clock
from vonage_simulator.clock.engine import Engine
from vonage_simulator.journal.journal import Journal
from vonage_simulator.messages.outbound import Message, Recipient, standard_recipients
from vonage_simulator.types import Json
from vonage_simulator.webhooks.delivery import Delivery

Result = TypeVar("Result")

AT_ONCE = Callee("answer", after_s=0.1, steps=())


@dataclass
class Exchange:
    """What calls and messages share. Its coroutines run on the engine.

    Attributes:
        callees: how a number behaves when it is called; all others ring until somebody picks up by hand.
        legs: every leg there ever was, with its call, by `uuid`.
        recipients: what becomes of messages to somebody; all others get theirs.
        url: of the simulator itself, where REST requests about a call go.
    """

    account: Account
    clock: Clock
    journal: Journal
    engine: Engine
    delivery: Delivery
    url: str = ""
    callees: dict[str, Callee] = field(default_factory=standard_callees)
    legs: dict[str, tuple[Call, Leg]] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    recipients: dict[str, Recipient] = field(default_factory=standard_recipients)
    recordings: dict[str, Recording] = field(default_factory=dict)
    _rooms: dict[tuple[str | None, str], Conversation] = field(default_factory=dict)
    _in_hand: "list[asyncio.Task[Outcome]]" = field(default_factory=list)
    _ringing: dict[str, asyncio.Future[None]] = field(default_factory=dict)

    async def call_in(self, caller: Caller | str, to: str, steps: list[Json] | None = None) -> Outcome:
        """Somebody calls in.

        Args:
            caller: who; a text is a telephone's number, digits without `+`.
            to: one of the account's numbers; from a Client SDK user, any text.
            steps: what the caller does, see `parties`; without any, listens to the end.

        Raises:
            StepError: a step nobody could follow.
        """
        check_steps(steps or [])
        call = self.open_inbound(caller, to)
        return call if isinstance(call, Outcome) else await call.run_inbound(steps)

    def open_inbound(self, caller: Caller | str, to: str) -> Call | Outcome:
        """The call that is about to begin, or the outcome when it leads nowhere."""
        self.catch_up()
        caller = Caller(caller) if isinstance(caller, str) else caller
        try:
            application = application_for(self.account, caller, to)
        except LeadsNowhereError as nowhere:
            return self._rejected(self._first_leg(caller.address, to, None), str(nowhere))
        leg = self._first_leg(caller.address, to, application["id"])
        leg.endpoint_type = caller.endpoint_type
        leg.answer_fields = caller.answer_fields()
        leg.conversation.add(leg)
        call = Call(self, Endpoints.of(application), leg)
        self.legs[leg.uuid] = (call, leg)
        return call

    def open_outbound(self, from_: str, to: str, endpoints: Endpoints) -> Call:
        """A call that the account makes, not dialled yet."""
        self.catch_up()
        leg = self._first_leg(from_, to, endpoints.application_id)
        leg.direction = "outbound"
        call = Call(self, endpoints, leg)
        self.legs[leg.uuid] = (call, leg)
        return call

    def catch_up(self) -> None:
        """Between calls, never lag behind real time; during one, its timers must not be run over."""
        if all(leg.over.is_set() for _, leg in self.legs.values()):
            self.clock.catch_up()

    def callee(self, address: str, endpoint_type: str) -> Callee:
        """How somebody behaves when called; a WebSocket that is not listed is there at once."""
        return self.callees.get(address, AT_ONCE if endpoint_type == "websocket" else Callee())

    def new_leg(self, call: Call, *, to: str, from_: str, parent: Leg) -> Leg:
        """A further, outbound leg of a call; it hears nobody yet."""
        leg = Leg(
            uuid=self._leg_uuid(),
            call=call.id,
            application_id=parent.application_id,
            conversation=parent.conversation,
            direction="outbound",
            from_=from_,
            to=to,
            clock=self.clock,
            parent=parent,
        )
        self.legs[leg.uuid] = (call, leg)
        return leg

    def new_conversation(self, name: str | None = None) -> Conversation:
        """A conversation with an id of its own; a named one starts when somebody starts it."""
        made = Conversation(self.account.identifiers.conversation(), name, started=name is None)
        self.conversations[made.uuid] = made
        return made

    def room(self, application_id: str | None, name: str) -> Conversation:
        """An application's named conversation."""
        key = (application_id, name)
        if key not in self._rooms:
            self._rooms[key] = self.new_conversation(name)
        return self._rooms[key]

    def keep_recording(self, application_id: str | None, kind: str) -> Recording:
        """A new, empty recording."""
        recording = Recording(self.account.identifiers.uuid(), application_id, kind, self.clock.seconds())
        self.recordings[recording.file_id] = recording
        return recording

    def keep_message(self, message: Message, what: str) -> None:
        """Remember a message, and write down what happened to it."""
        self.messages[message.uuid] = message
        self.journal.add(
            "message",
            self.clock.timestamp(),
            message=message.uuid,
            what=what,
            direction=message.direction,
            channel=message.channel,
            **{"from": message.body["from"], "to": message.body["to"], "text": message.words},
        )

    def ringing(self, leg: Leg) -> asyncio.Future[None]:
        """Done when somebody picks this leg up by hand."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ringing[leg.uuid] = future
        return future

    async def pick_up(self, uuid: str) -> bool:
        """Answer a ringing leg by hand; False when it does not ring."""
        future = self._ringing.pop(uuid, None)
        if future is None or future.done():
            return False
        future.set_result(None)
        return True

    def hold_time_during(self, call: "asyncio.Task[Outcome]") -> None:
        """A test has this call in its hand: until it is over, time runs only in `while_time_runs`."""
        self._in_hand = [other for other in self._in_hand if not other.done()] + [call]
        self.clock.held = True

    async def while_time_runs(self, doing: Coroutine[Any, Any, Result]) -> Result:
        """Let time run until something is done; then it stands still again as long as a test holds a call.

        The webhooks of what happened meanwhile have been answered by then: a test may look at what they did.
        """
        self.clock.held = False
        try:
            return await doing
        finally:
            self.clock.held = any(not call.done() for call in self._in_hand)
            await self.delivery.settled()

    def _leg_uuid(self) -> str:
        identifiers = self.account.identifiers
        return identifiers.hex() if self.account.switches.leg_uuid == "hex" else identifiers.uuid()

    def _rejected(self, leg: Leg, reason: str) -> Outcome:
        at = self.clock.timestamp()
        self.journal.add(
            "call", at, call=leg.call, leg=leg.uuid, what="rejected", party=leg.from_, reason=reason
        )
        return Outcome(leg.call, leg.uuid, "rejected", failure=reason)

    def _first_leg(self, from_: str, to: str, application_id: str | None) -> Leg:
        conversation = self.new_conversation()
        return Leg(
            uuid=self._leg_uuid(),
            call=conversation.uuid,
            application_id=application_id,
            conversation=conversation,
            direction="inbound",
            from_=from_,
            to=to,
            clock=self.clock,
        )
