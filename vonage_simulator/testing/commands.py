"""Commands in process: what a flow asks for is done while its webhook is still being answered.

On a stack the outbound function does so a moment later; here simulated time stands still meanwhile. As there,
a command is carried out once for its id, and what became of it is an event, such as `voice.call.accepted`.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from switchboard.wire.reach.marks import BULK_FAILOVER
from switchboard.wire.validate import command_problems

from vonage_simulator.api import call_requests
from vonage_simulator.api.problems import ProblemError
from vonage_simulator.calls import in_call
from vonage_simulator.messages import outbound
from vonage_simulator.testing.held_time import while_time_runs
from vonage_simulator.testing.waiting import CANCELLED, NeverError, Waiting
from vonage_simulator.types import Json
from vonage_simulator.verifications.verifier import BusyError, OverError, WrongCodeError
from vonage_simulator.vonage import Vonage

NAMES = (
    "messages.send", "messages.read", "voice.call", "voice.update",
    "verify.start", "verify.check", "verify.cancel", "verify.next_workflow", "consent.stop", "consent.start",
    "command.cancel",
)  # fmt: skip

OPTED_OUT: Json = {"reason": "Whom it is for has opted out of this sender.", "opted_out": True}
_BETWEEN_DIGITS = str.maketrans("", "", "+ ().-")
SUBJECTS = ("conversation_uuid", "message_uuid", "uuid", "request_id")
# How Vonage refuses what is asked about a verification.
REASONS: dict[type[Exception], tuple[int, str]] = {
    BusyError: (409, "Concurrent verifications to the same number are not allowed."),
    OverError: (404, "There is no such verification, or not now."),
    WrongCodeError: (400, "The code you provided does not match the expected value."),
}


class Commands:
    """Carries commands out on a simulated Vonage, as the one application there is.

    Args:
        vonage: where messages are sent and calls placed.
        announce: takes the event that tells what became of a command.
    """

    def __init__(self, vonage: Vonage, announce: Callable[[Json], None]) -> None:
        self._vonage = vonage
        self._announce = announce
        self._started: dict[str, str] = {}
        self._stopped: set[tuple[str, str]] = set()
        self._begun: list[Future[None]] = []
        self._timed = Waiting()
        self._waiting: list[Future[None]] = []
        self._sending: list[asyncio.Task[None]] = []

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
        if not all(task.done() for task in self._sending):
            self._vonage.engine.run(while_time_runs(self._vonage, self._sent()))

    async def _sent(self) -> None:
        await asyncio.wait(self._sending)

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
            self._tell(command, self._consent(command) or await self._done(command))

    async def _done(self, command: Json) -> Json:
        """Do what a command says, or say how it was refused."""
        try:
            return await self._ask(command["name"], dict(command["detail"]), command["id"])
        except (BusyError, OverError, WrongCodeError) as refused:
            status, reason = REASONS[type(refused)]
            return {"reason": reason, "status_code": status, **self._verification(command["detail"])}
        except ProblemError as refused:
            wrong = refused.body.get("invalid_parameters", [])
            return {"reason": "; ".join(f"{one['name']} {one['reason']}" for one in wrong) or str(refused)}

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

    async def _ask(self, name: str, detail: Json, reference: str) -> Json:
        """Do what a command says; gives the ids that Vonage would reply with, or the `reason` why not."""
        detail.pop("region_url", None)
        match name:
            case "consent.stop" | "consent.start":
                return self._change_consent(name, detail)
            case "command.cancel":
                return self._cancel(detail["id"])
            case "messages.send":
                return self._send({"client_ref": reference, **detail})
            case "voice.call":
                return self._call(detail)
            case "voice.update":
                return await self._change(detail.pop("uuid"), detail)
            case "verify.start":
                started = await self._vonage.verifier.start(detail, self._application)
                self._started[reference] = started.request_id
                if started.run:
                    self._vonage.in_hand[started.request_id] = started.run
                return {"request_id": started.request_id}
            case "verify.check" | "verify.cancel" | "verify.next_workflow":
                return await self._verify(name, detail)
        message = self._vonage.mailbox.messages.get(detail["message_uuid"])
        if message is None:
            return {"reason": f"there is no message {detail['message_uuid']}"}
        outbound.mark(self._vonage.mailbox, message, detail["status"])
        return {}

    def _consent(self, command: Json) -> Json:
        """Why a message or call isn't for somebody, such as who has opted out; empty, if it is."""
        name, detail = command["name"], command["detail"]
        if command.get("pace") == "bulk" and detail.get("failover"):
            return {"reason": BULK_FAILOVER}
        if name not in ("messages.send", "voice.call") or command.get("purpose") == "transactional":
            return {}
        person, sender = detail["to"], detail.get("from", "")
        if name == "voice.call":
            person, sender = person[0].get("number", ""), (sender or {}).get("number", "")
        person, sender = _plain(person), _plain(sender)
        return OPTED_OUT if {(person, sender), (person, "")} & self._stopped else {}

    def _change_consent(self, name: str, detail: Json) -> Json:
        person, sender = _plain(detail["person"]), _plain(detail.get("sender", ""))
        if name == "consent.stop":
            self._stopped.add((person, sender))
        else:
            self._stopped = {
                each for each in self._stopped if each[0] != person or sender not in ("", each[1])
            }
        return {key: detail[key] for key in ("person", "sender") if key in detail}

    def _cancel(self, command_id: str) -> Json:
        known, waited = self._timed.cancel(command_id)
        if waited:
            self._tell(waited, CANCELLED)
        return known

    def _verification(self, detail: Json) -> Json:
        """Which verification is meant, by its own id or that of the command that started it."""
        request_id = detail.get("request_id") or self._started.get(detail.get("start", ""))
        return {"request_id": request_id} if request_id else {}

    async def _verify(self, name: str, detail: Json) -> Json:
        request_id = self._verification(detail).get("request_id")
        if request_id is None:
            return {"reason": "The command that `start` names has started no verification."}
        verifier, asking = self._vonage.verifier, (request_id, self._application)
        match name:
            case "verify.check":
                await verifier.check(*asking, str(detail.get("code")))
            case "verify.cancel":
                await verifier.cancel(*asking)
            case _:
                await verifier.next_channel(*asking)
        return {"request_id": request_id}

    def _send(self, message: Json) -> Json:
        accepted = outbound.accept(self._vonage.mailbox, message, self._application)
        task = self._vonage.engine.spawn(outbound.send(self._vonage.mailbox, accepted))
        self._sending = [other for other in self._sending if not other.done()] + [task]
        return {"message_uuid": accepted.uuid}

    def _call(self, wanted: Json) -> Json:
        account = self._vonage.account
        request = call_requests.wanted_call(wanted, self._application, account, at_region=False)
        call, run = call_requests.place(self._vonage.lines, request)
        self._vonage.in_hand[call.id] = run
        return {"uuid": call.first.uuid, "conversation_uuid": call.id}

    async def _change(self, uuid: str, detail: Json) -> Json:
        call, leg = self._vonage.lines.find(uuid) or (None, None)
        if call is None or leg is None or leg.over.is_set():
            return {"reason": f"there is no call {uuid}"}
        switches, action = self._vonage.account.switches, detail["action"]
        said = {name: value for name, value in detail.items() if name != "action"}
        match action:
            case "talk" | "stream":
                playing = call_requests.wanted_playing(action, said, switches)
                await in_call.start(call, leg, action, playing.body)
            case "stop_talk" | "stop_stream":
                await in_call.stop(leg, action.removeprefix("stop_"))
            case "dtmf":
                await in_call.send_keys(call, leg, said["digits"])
            case _:
                await in_call.change(call, leg, call_requests.wanted_change(detail, switches).body)
        return {"uuid": uuid}

    @property
    def _application(self) -> dict[str, Any]:
        return next(iter(self._vonage.account.applications.values()))


def _plain(address: object) -> str:
    """A number in digits however it is written, and any other name in lower case."""
    return str(address).translate(_BETWEEN_DIGITS).casefold()
