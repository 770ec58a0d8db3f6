"""The telephone exchange: calls and messages begin here, and everybody who can be called is listed here."""

from dataclasses import dataclass, field

from local.vonage.account import Account, Json
from local.vonage.call_webhooks import Endpoints
from local.vonage.calls import Call, Outcome, new_conversation
from local.vonage.clock import Clock
from local.vonage.delivery import Delivery
from local.vonage.engine import Engine
from local.vonage.journal import Journal
from local.vonage.legs import Leg
from local.vonage.parties import Callee, check_steps, standard_callees


@dataclass
class Exchange:
    """What calls and messages share. Its coroutines run on the engine.

    Attributes:
        callees: how a number behaves when it is called; all others ring and nobody answers.
        calls: the calls in progress, by `conversation_uuid`.
        url: of the simulator itself, where REST requests about a call go.
    """

    account: Account
    clock: Clock
    journal: Journal
    engine: Engine
    delivery: Delivery
    url: str = ""
    callees: dict[str, Callee] = field(default_factory=standard_callees)
    calls: dict[str, Call] = field(default_factory=dict)

    async def call_in(self, from_: str, to: str, steps: list[Json] | None = None) -> Outcome:
        """Somebody calls one of the account's numbers.

        Args:
            from_: the caller's number, digits without `+`.
            to: the number called.
            steps: what the caller does, see `parties`; without any, listens to the end.

        Raises:
            StepError: a step nobody could follow.
        """
        check_steps(steps or [])
        self.clock.catch_up()
        conversation = new_conversation(self)
        identity = self.account.identifiers.hex()
        leg = Leg(
            uuid=identity, call=conversation.uuid, conversation=conversation, direction="inbound",
            from_=from_, to=to, clock=self.clock,
        )  # fmt: skip
        reason = self._leads_nowhere(to)
        application = self.account.application_of(to)
        if reason or application is None:
            self.journal.add(
                "call",
                self.clock.timestamp(),
                call=leg.call,
                leg=leg.uuid,
                what="rejected",
                party=from_,
                reason=reason,
            )
            return Outcome(leg.call, leg.uuid, "rejected", failure=reason)
        conversation.add(leg)
        call = Call(self, Endpoints.of(application), leg)
        self.calls[call.id] = call
        try:
            return await call.run_inbound(steps)
        finally:
            del self.calls[call.id]

    def _leads_nowhere(self, number: str) -> str | None:
        if number not in self.account.numbers:
            return f"{number} is not a number of this account; it owns {', '.join(self.account.numbers)}"
        application = self.account.application_of(number)
        if application is None:
            return f"{number} is linked to no application"
        if "voice" not in application["capabilities"]:
            return f"the application of {number} has no voice capability"
        return None
