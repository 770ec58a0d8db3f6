"""Commands in process: what a flow asks for is done while its webhook is still being answered.

On a stack the outbound function does so a moment later; here simulated time stands still meanwhile. As there,
a command is carried out once for its id, and what became of it is an event, such as `voice.call.accepted`.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future

from switchboard.wire.reach.marks import BULK_FAILOVER
from switchboard.wire.validate import command_problems

from vonage_simulator.testing.commands.consent import Consent
from vonage_simulator.testing.commands.requests import VonageRequests
from vonage_simulator.testing.commands.waiting import CANCELLED, NeverError, Waiting
from vonage_simulator.testing.held_time import while_time_runs
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

NAMES = (
    "messages.send", "messages.read", "voice.call", "voice.update",
    "verify.start", "verify.check", "verify.cancel", "verify.next_workflow", "consent.stop", "consent.start",
    "command.cancel",
)  # fmt: skip

SUBJECTS = ("conversation_uuid", "message_uuid", "uuid", "request_id")


class Commands:
    """Carries commands out on a simulated Vonage, as the one application there is.

    Args:
        vonage: where messages are sent and calls placed.
        announce: takes the event that tells what became of a command.
    """

    def __init__(self, vonage: Vonage, announce: Callable[[Json], None]) -> None:
        self._vonage = vonage
        self._announce = announce
        self._consent = Consent()
        self._requests = VonageRequests(vonage)
        self._begun: list[Future[None]] = []
        self._timed = Waiting()
        self._waiting: list[Future[None]] = []

    def take(self, command: Json) -> None:
        """Carry out a command, `id`, `name` and `detail`, after those before it; from any thread."""
        self._begun.append(self._vonage.engine.start(self._carry_out(command)))

    def wait_for(self, at: float, wake: Callable[[], None]) -> None:
        """Have a chat woken once simulated time has got to a moment of Unix time; from any thread."""
        self._waiting.append(self._vonage.engine.start(self._wake(at, wake)))

    async def _wake(self, at: float, wake: Callable[[], None]) -> None:
        clock = self._vonage.clock
        await clock.passes(clock.seconds() + at - clock.now().timestamp())
        await self._vonage.delivery.outside(wake)

    def check(self) -> None:
        """Raise what broke, such as a rule that got the event of a command; wait for those under way."""
        woken = [wake for wake in self._waiting if wake.done()]
        self._waiting = [wake for wake in self._waiting if wake not in woken]
        begun, self._begun = self._begun, []
        for work in [*woken, *begun]:
            work.result()

    def waiting(self) -> list[Json]:
        """The commands that wait for their time, each with when that is, `due`; the next one first."""
        self.check()
        return [{**wait.command, "due": wait.due.isoformat()} for wait in self._timed.all()]

    def settle(self) -> None:
        """Let time run until what was sent has been delivered, or not."""
        self.check()
        if self._requests.is_sending:
            self._vonage.engine.run(while_time_runs(self._vonage, self._requests.sent()))

    async def _carry_out(self, command: Json) -> None:
        """Have a command wait for its time, or say what became of it now."""
        if self._timed.is_cancelled(command["id"]):
            self._tell(command, CANCELLED)
            return
        reason, seconds = "; ".join(command_problems(command)), 0.0
        try:
            seconds = 0 if reason else self._timed.begins(command, self._vonage.clock.now())
        except NeverError as never:
            reason = str(never)
        if seconds:
            self._waiting.append(self._vonage.engine.start(self._at_its_time(command["id"], seconds)))
        elif reason:
            self._tell(command, {"reason": reason})
        else:
            self._tell(command, await self._done(command))

    async def _done(self, command: Json) -> Json:
        """Do what a command says, or say why not."""
        name, detail = command["name"], command["detail"]
        if command.get("pace") == "bulk" and detail.get("failover"):
            return {"reason": BULK_FAILOVER}
        if objection := self._consent.objection(command):
            return objection
        match name:
            case "consent.stop" | "consent.start":
                return self._consent.change(name, detail)
            case "command.cancel":
                return self._cancel(detail["id"])
        return await self._requests.make(command)

    async def _at_its_time(self, command_id: str, seconds: float) -> None:
        clock = self._vonage.clock
        await clock.passes(clock.seconds() + seconds)
        if command := self._timed.comes_back(command_id):
            await self._carry_out(command)

    def _tell(self, command: Json, known: Json) -> None:
        """Announce what became of a command."""
        outcome = "rejected" if "reason" in known else "accepted"
        self._timed.ended(command["id"], outcome)
        result = {"id": command["id"], "command": command["name"], "outcome": outcome, **known}
        result["timestamp"] = self._vonage.clock.timestamp()
        about = [known[name] for name in SUBJECTS if name in known]
        self._announce(
            {
                "id": f"{command['id']} {outcome}",
                "name": f"{command['name']}.{outcome}",
                "received_at": time.time(),
                "subject": next(iter(about), command["id"]),
                "payload": result,
            }
        )

    def _cancel(self, command_id: str) -> Json:
        known, waited = self._timed.cancel(command_id)
        if waited:
            self._tell(waited, CANCELLED)
        return known
