"""What Vonage is asked for a command, and what it replies."""

import asyncio
from typing import Any

from vonage_simulator.api import call_requests
from vonage_simulator.api.problems import ProblemError
from vonage_simulator.calls import in_call
from vonage_simulator.messages import outbound
from vonage_simulator.types import Json
from vonage_simulator.verifications.verifier import BusyError, OverError, WrongCodeError
from vonage_simulator.vonage import Vonage

# How Vonage refuses what is asked about a verification.
REASONS: dict[type[Exception], tuple[int, str]] = {
    BusyError: (409, "Concurrent verifications to the same number are not allowed."),
    OverError: (404, "There is no such verification, or not now."),
    WrongCodeError: (400, "The code you provided does not match the expected value."),
}


class VonageRequests:
    """Requests to a simulated Vonage by the one application there is.

    Args:
        vonage: where messages are sent and calls placed.
    """

    def __init__(self, vonage: Vonage) -> None:
        self._vonage = vonage
        self._started: dict[str, str] = {}
        self._sending: list[asyncio.Task[None]] = []

    async def make(self, command: Json) -> Json:
        """Ask for what a command says; gives the ids that Vonage replies with, or the `reason` why not."""
        try:
            return await self._ask(command["name"], dict(command["detail"]), command["id"])
        except (BusyError, OverError, WrongCodeError) as refused:
            status, reason = REASONS[type(refused)]
            return {"reason": reason, "status_code": status, **self._verification(command["detail"])}
        except ProblemError as refused:
            wrong = refused.body.get("invalid_parameters", [])
            return {"reason": "; ".join(f"{one['name']} {one['reason']}" for one in wrong) or str(refused)}

    @property
    def is_sending(self) -> bool:
        """Whether messages are still on their way."""
        return not all(task.done() for task in self._sending)

    async def sent(self) -> None:
        """Wait until they have been delivered, or not."""
        await asyncio.wait(self._sending)

    async def _ask(self, name: str, detail: Json, reference: str) -> Json:
        detail.pop("region_url", None)
        match name:
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
