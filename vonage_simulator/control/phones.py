"""The control API for telephones and messages: dial, pick up, press, say, hang up, write."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vonage_simulator import rtc
from vonage_simulator.calls.call import Call, CallOutcome
from vonage_simulator.calls.callers import Caller
from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.parties import Party, check_steps, spoken_s
from vonage_simulator.calls.running import run_inbound
from vonage_simulator.calls.sounds import Pressed, Said
from vonage_simulator.control.requests import (
    Callees,
    CustomerMessage,
    PlaceCall,
    Press,
    Recipients,
    RefusedError,
    RtcEvent,
    Say,
    Senders,
    read,
)
from vonage_simulator.messages import inbound
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage


def routes(vonage: Vonage) -> list[Route]:
    """The routes for telephones and messages."""
    api = PhoneControl(vonage)
    return [
        Route("/_simulator/calls", api.list_calls, methods=["GET"]),
        Route("/_simulator/calls", api.place_call, methods=["POST"]),
        Route("/_simulator/legs/{uuid}/{action}", api.act, methods=["POST"]),
        Route("/_simulator/callees", api.set_callees, methods=["POST"]),
        Route("/_simulator/recipients", api.set_recipients, methods=["POST"]),
        Route("/_simulator/senders", api.set_senders, methods=["POST"]),
        Route("/_simulator/messages", api.list_messages, methods=["GET"]),
        Route("/_simulator/messages", api.receive_message, methods=["POST"]),
        Route("/_simulator/rtc", api.rtc_event, methods=["POST"]),
    ]


class PhoneControl:
    """Its operations; `docs/simulator.md` describes the JSON."""

    def __init__(self, vonage: Vonage) -> None:
        self._vonage = vonage
        self._engine = vonage.engine

    async def list_calls(self, _request: Request) -> Response:
        """`GET /_simulator/calls`: the legs that are up, and those that ring."""
        legs = [leg for leg in self._vonage.exchange.legs.values() if not leg.over.is_set()]
        return JSONResponse({"legs": [_shown(leg) for leg in legs]})

    async def place_call(self, request: Request) -> Response:
        """`POST /_simulator/calls {"from", "from_user" or "withheld", "to", …}`."""
        wanted = await read(request, PlaceCall)
        try:
            steps, caller = wanted.get("script", []), Caller.of(wanted)
            check_steps(steps)
        except ValueError as error:
            raise RefusedError("call", str(error)) from error
        self._vonage.exchange.callees.update(wanted.get("callees", {}))
        call = await self._engine.ask(self._open(caller, wanted["to"]))
        if isinstance(call, CallOutcome):
            return JSONResponse(call.as_json(), 201)
        if not wanted.get("wait", True):
            self._engine.begin(run_inbound(call, steps))
            return JSONResponse({"call": call.id, "leg": call.first.uuid}, 202)
        outcome = await self._engine.ask(run_inbound(call, steps))
        return JSONResponse(outcome.as_json(), 201)

    async def act(self, request: Request) -> Response:
        """`POST /_simulator/legs/{uuid}/{press, say, hang_up, pick_up}`: what the party on a leg does now."""
        uuid, action = request.path_params["uuid"], request.path_params["action"]
        known = self._vonage.lines.find(uuid)
        if known is None or known[1].over.is_set():
            raise RefusedError("leg", f"no leg {uuid} is up")
        match action:
            case "press":
                doing = self._press((await read(request, Press))["keys"], *known)
            case "say":
                doing = self._say((await read(request, Say))["text"], *known)
            case "hang_up":
                doing = self._hang_up(*known)
            case "pick_up":
                doing = self._vonage.exchange.pick_up(uuid)
            case _:
                raise RefusedError(action, "must be press, say, hang_up or pick_up")
        listened = await self._engine.ask(doing)
        return JSONResponse({"listened_to": listened})

    async def set_callees(self, request: Request) -> Response:
        """`POST /_simulator/callees {number: {"picks", "after_s"?, "steps"?, "beep_after_s"?}}`."""
        self._vonage.exchange.callees.update(await read(request, Callees))
        return Response(status_code=204)

    async def set_recipients(self, request: Request) -> Response:
        """`POST /_simulator/recipients {number: {"fate"?, "after_s"?, "reads"?}}`."""
        self._vonage.mailbox.recipients.update(await read(request, Recipients))
        return Response(status_code=204)

    async def set_senders(self, request: Request) -> Response:
        """`POST /_simulator/senders {number: {"per_second"?, "opt_out_assist"?, "blocked"?}}`."""
        self._vonage.mailbox.senders.update(await read(request, Senders))
        return Response(status_code=204)

    async def list_messages(self, _request: Request) -> Response:
        """`GET /_simulator/messages`: all messages, in both directions."""
        return JSONResponse(
            {"messages": [message.as_json() for message in self._vonage.mailbox.messages.values()]}
        )

    async def receive_message(self, request: Request) -> Response:
        """`POST /_simulator/messages {"channel", "from", "to", "text"}`: a customer writes."""
        message = await read(request, CustomerMessage, more=True)
        try:
            taken = await self._engine.ask(inbound.receive(self._vonage.mailbox, dict(message)))
        except inbound.InvalidMessageError as error:
            raise RefusedError("message", str(error)) from error
        except inbound.UndeliverableError as error:
            raise RefusedError("to", str(error)) from error
        return JSONResponse(taken, 201)

    async def rtc_event(self, request: Request) -> Response:
        """`POST /_simulator/rtc {"type", "body"?, "from"?, "conversation_id"?, "application_id"?}`."""
        event = await read(request, RtcEvent)
        try:
            reply = await self._engine.ask(rtc.happen(self._vonage, dict(event)))
        except rtc.NoRtcError as error:
            raise RefusedError("rtc", str(error)) from error
        return JSONResponse({"delivered": reply.failure is None, "failure": reply.failure}, 201)

    async def _open(self, caller: Caller, to: str) -> Call | CallOutcome:
        return self._vonage.lines.open_inbound(caller, to)

    async def _press(self, keys: str, call: Call, leg: Leg) -> bool:
        call.tell("pressed", leg, keys=keys)
        heard = [leg.make(Pressed(key)) for key in keys]
        return all(heard)

    async def _say(self, text: str, call: Call, leg: Leg) -> bool:
        call.tell("said", leg, text=text)
        return leg.make(Said(text, spoken_s(text)))

    async def _hang_up(self, call: Call, leg: Leg) -> bool:
        Party(leg, call.tell).hangs_up()
        return True


def _shown(leg: Leg) -> Json:
    return {
        "call": leg.call,
        "leg": leg.uuid,
        "conversation": leg.conversation.uuid,
        "direction": leg.direction,
        "from": leg.from_,
        "to": leg.to,
        "status": leg.status,
        "listened_to": leg.listened_to.is_set(),
    }
