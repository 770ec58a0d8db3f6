"""The telephone exchange: who can be called, every leg there ever was, and what calls leave behind."""

import asyncio
from dataclasses import dataclass, field

from vonage_simulator.calls.legs import Conversation, Leg
from vonage_simulator.calls.parties import Callee, standard_callees
from vonage_simulator.calls.recordings import Recording
from vonage_simulator.platform import Platform

AT_ONCE = Callee("answer", after_s=0.1, steps=())


@dataclass(eq=False)
class Exchange:
    """What calls share with each other. Its coroutines run on the engine.

    Attributes:
        callees: how a number behaves when it is called; all others ring until somebody picks up by hand.
        legs: every leg that was ever on a line, by `uuid`, oldest first.
        conversations: every conversation, by its id.
        recordings: every recording, by the id of its file.
    """

    platform: Platform
    callees: dict[str, Callee] = field(default_factory=standard_callees)
    legs: dict[str, Leg] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    _rooms: dict[tuple[str | None, str], Conversation] = field(default_factory=dict)
    _ringing: dict[str, asyncio.Future[None]] = field(default_factory=dict)

    def callee(self, address: str, endpoint_type: str) -> Callee:
        """How somebody behaves when called; a WebSocket that is not listed is there at once."""
        return self.callees.get(address, AT_ONCE if endpoint_type == "websocket" else Callee())

    def first_leg(self, from_: str, to: str, application_id: str | None) -> Leg:
        """A leg with a conversation of its own, which a call may begin with; on no line yet."""
        conversation = self.new_conversation()
        return Leg(
            uuid=self._leg_uuid(),
            call=conversation.uuid,
            application_id=application_id,
            conversation=conversation,
            direction="inbound",
            from_=from_,
            to=to,
            clock=self.platform.clock,
        )

    def further_leg(self, parent: Leg, *, from_: str, to: str) -> Leg:
        """An outbound leg of the same call, on the line; it hears nobody yet."""
        leg = Leg(
            uuid=self._leg_uuid(),
            call=parent.call,
            application_id=parent.application_id,
            conversation=parent.conversation,
            direction="outbound",
            from_=from_,
            to=to,
            clock=self.platform.clock,
            parent=parent,
        )
        self.put_on_line(leg)
        return leg

    def put_on_line(self, leg: Leg) -> None:
        """The leg can be found from now on, and time goes at its pace until it is over."""
        self.legs[leg.uuid] = leg
        self.platform.under_way_until(leg.over)

    def new_conversation(self, name: str | None = None) -> Conversation:
        """A conversation with an id of its own; a named one starts when somebody starts it."""
        made = Conversation(self.platform.account.identifiers.conversation(), name, started=name is None)
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
        identifiers = self.platform.account.identifiers
        file_id, uuid = identifiers.uuid(), identifiers.uuid()
        url = f"{self.platform.url}/v1/files/{file_id}"
        recording = Recording(file_id, uuid, application_id, kind, url, self.platform.clock.seconds())
        self.recordings[file_id] = recording
        return recording

    def ringing(self, leg: Leg) -> asyncio.Future[None]:
        """Done when somebody picks this leg up by hand."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ringing[leg.uuid] = future
        return future

    async def pick_up(self, uuid: str) -> bool:
        """Answer a ringing leg by hand; False when it doesn't ring."""
        future = self._ringing.pop(uuid, None)
        if future is None or future.done():
            return False
        future.set_result(None)
        return True

    def _leg_uuid(self) -> str:
        account = self.platform.account
        return account.identifiers.hex() if account.switches.leg_uuid == "hex" else account.identifiers.uuid()
