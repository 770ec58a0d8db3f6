"""The lines into the exchange: calls begin here, and each leg's call is found here."""

from dataclasses import dataclass, field

from vonage_simulator.calls.call import Call, CallOutcome
from vonage_simulator.calls.callers import Caller, LeadsNowhereError, application_for, called
from vonage_simulator.calls.exchange import Exchange
from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.parties import check_steps
from vonage_simulator.calls.running import new_call, run_inbound
from vonage_simulator.calls.webhooks import Endpoints
from vonage_simulator.types import Json

WITHHELD = {"anonymous": "anonymous", "unknown": "unknown", "empty": ""}


@dataclass(eq=False)
class Lines:
    """Every call there ever was. Its coroutines run on the engine."""

    exchange: Exchange
    _calls: dict[str, Call] = field(default_factory=dict)

    async def call_in(self, caller: Caller | str, to: str, steps: list[Json] | None = None) -> CallOutcome:
        """Somebody calls in.

        Args:
            caller: who; a text is a telephone's number, digits without `+`.
            to: one of the account's numbers; from a SIP endpoint also an address at a SIP domain, or what is
                before its `@`; from a Client SDK user, any text.
            steps: what the caller does, see `parties`; without any, listens to the end.

        Raises:
            StepError: a step nobody could follow.
        """
        check_steps(steps or [])
        call = self.open_inbound(caller, to)
        return call if isinstance(call, CallOutcome) else await run_inbound(call, steps)

    def open_inbound(self, caller: Caller | str, to: str) -> Call | CallOutcome:
        """The call that is about to begin, or the outcome when it leads nowhere."""
        platform = self.exchange.platform
        platform.catch_up()
        caller = Caller(caller) if isinstance(caller, str) else caller
        from_ = WITHHELD[platform.account.switches.withheld_caller] if caller.withheld else caller.address
        try:
            to = called(caller, to)
            application = application_for(platform.account, caller, to)
        except LeadsNowhereError as nowhere:
            return self._rejected(self.exchange.first_leg(from_, to, None), str(nowhere))
        leg = self.exchange.first_leg(from_, to, application["id"])
        leg.endpoint_type = caller.endpoint_type
        leg.answer_fields = caller.answer_fields()
        leg.conversation.add(leg)
        return self._open(leg, Endpoints.of(application))

    def open_outbound(self, from_: str, to: str, endpoints: Endpoints) -> Call:
        """A call that the account makes, not dialled yet."""
        self.exchange.platform.catch_up()
        leg = self.exchange.first_leg(from_, to, endpoints.application_id)
        leg.direction = "outbound"
        return self._open(leg, endpoints)

    def find(self, leg_uuid: str) -> tuple[Call, Leg] | None:
        """A leg and the call it belongs to; None when there never was such a leg."""
        leg = self.exchange.legs.get(leg_uuid)
        return (self._calls[leg.call], leg) if leg else None

    def _open(self, leg: Leg, endpoints: Endpoints) -> Call:
        call = self._calls[leg.call] = new_call(self.exchange, endpoints, leg)
        self.exchange.put_on_line(leg)
        return call

    def _rejected(self, leg: Leg, reason: str) -> CallOutcome:
        platform = self.exchange.platform
        platform.journal.add(
            "call",
            platform.clock.timestamp(),
            call=leg.call,
            leg=leg.uuid,
            what="rejected",
            party=leg.party,
            reason=reason,
        )
        return CallOutcome(leg.call, leg.uuid, "rejected", failure=reason)
