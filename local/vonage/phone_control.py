"""The control API for telephones and messages: dial, pick up, press, say, hang up, write."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.vonage import messages, rtc
from local.vonage.account import Json
from local.vonage.calls import Call, Outcome
from local.vonage.legs import Leg, Pressed, Said
from local.vonage.parties import Callee, Party, check_steps, spoken_s
from local.vonage.sending import Recipient

if TYPE_CHECKING:
    from local.vonage.server import Vonage


def routes(vonage: "Vonage") -> list[Route]:
    """The routes for telephones and messages."""
    api = PhoneControl(vonage)
    return [
        Route("/_simulator/calls", api.list_calls, methods=["GET"]),
        Route("/_simulator/calls", api.place_call, methods=["POST"]),
        Route("/_simulator/legs/{uuid}/{deed}", api.act, methods=["POST"]),
        Route("/_simulator/callees", api.set_callees, methods=["POST"]),
        Route("/_simulator/recipients", api.set_recipients, methods=["POST"]),
        Route("/_simulator/messages", api.list_messages, methods=["GET"]),
        Route("/_simulator/messages", api.receive_message, methods=["POST"]),
        Route("/_simulator/rtc", api.rtc_event, methods=["POST"]),
    ]


class RefusedError(Exception):
    """A control request that cannot be done."""


class PhoneControl:
    """Its operations; `docs/simulator.md` describes the JSON."""

    def __init__(self, vonage: "Vonage") -> None:
        self._exchange = vonage.exchange
        self._engine = vonage.engine

    async def list_calls(self, _request: Request) -> Response:
        """`GET /_simulator/calls`: the legs that are up, and those that ring."""
        legs = [leg for _, leg in self._exchange.legs.values() if not leg.over.is_set()]
        return JSONResponse({"legs": [_shown(leg) for leg in legs]})

    async def place_call(self, request: Request) -> Response:
        """`POST /_simulator/calls {"from", "to", "script"?, "callees"?, "wait"?}`."""
        wanted = await request.json()
        try:
            from_, to, steps = wanted["from"], wanted["to"], wanted.get("script", [])
            check_steps(steps)
            callees = {number: Callee(**callee) for number, callee in wanted.get("callees", {}).items()}
        except KeyError as missing:
            return _refused(str(missing.args[0]), "is required")
        except (TypeError, ValueError) as error:
            return _refused("call", str(error))
        self._exchange.callees.update(callees)
        call = await self._engine.ask(self._open(from_, to))
        if isinstance(call, Outcome):
            return JSONResponse(call.as_json(), 201)
        if not wanted.get("wait", True):
            self._engine.begin(call.run_inbound(steps))
            return JSONResponse({"call": call.id, "leg": call.first.uuid}, 202)
        outcome = await self._engine.ask(call.run_inbound(steps))
        return JSONResponse(outcome.as_json(), 201)

    async def act(self, request: Request) -> Response:
        """`POST /_simulator/legs/{uuid}/{press, say, hang_up, pick_up}`: what the party on a leg does now."""
        uuid, deed = request.path_params["uuid"], request.path_params["deed"]
        details = await request.json() if await request.body() else {}
        known = self._exchange.legs.get(uuid)
        if known is None or known[1].over.is_set():
            return _refused("leg", f"no leg {uuid} is up")
        try:
            listened = await self._engine.ask(self._do(deed, details, *known))
        except (RefusedError, KeyError) as error:
            return _refused(deed, str(error))
        return JSONResponse({"listened_to": listened})

    async def set_callees(self, request: Request) -> Response:
        """`POST /_simulator/callees {number: {"picks", "after_s"?, "steps"?, "beep_after_s"?}}`."""
        wanted = await request.json()
        try:
            callees = {number: Callee(**callee) for number, callee in wanted.items()}
        except (TypeError, ValueError) as error:
            return _refused("callees", str(error))
        self._exchange.callees.update(callees)
        return Response(status_code=204)

    async def set_recipients(self, request: Request) -> Response:
        """`POST /_simulator/recipients {number: {"fate"?, "after_s"?, "reads"?}}`."""
        wanted = await request.json()
        try:
            recipients = {number: Recipient(**recipient) for number, recipient in wanted.items()}
        except (TypeError, ValueError) as error:
            return _refused("recipients", str(error))
        self._exchange.recipients.update(recipients)
        return Response(status_code=204)

    async def list_messages(self, _request: Request) -> Response:
        """`GET /_simulator/messages`: all messages, in both directions."""
        return JSONResponse({"messages": [message.as_json() for message in self._exchange.messages.values()]})

    async def receive_message(self, request: Request) -> Response:
        """`POST /_simulator/messages {"channel", "from", "to", "text"}`: a customer writes."""
        message = await request.json()
        missing = [name for name in ("channel", "from", "to") if name not in message]
        if missing:
            return _refused(missing[0], "is required")
        if message["channel"] not in messages.CHANNELS:
            return _refused("channel", f"must be one of {', '.join(messages.CHANNELS)}")
        try:
            taken = await self._engine.ask(messages.receive(self._exchange, message))
        except messages.UndeliverableError as error:
            return _refused("to", str(error))
        return JSONResponse(taken, 201)

    async def rtc_event(self, request: Request) -> Response:
        """`POST /_simulator/rtc {"type", "body"?, "from"?, "conversation_id"?, "application_id"?}`."""
        event = await request.json()
        if "type" not in event:
            return _refused("type", "is required, such as member:joined")
        try:
            reply = await self._engine.ask(rtc.happen(self._exchange, event))
        except rtc.NoRtcError as error:
            return _refused("rtc", str(error))
        return JSONResponse({"delivered": reply.failure is None, "failure": reply.failure}, 201)

    async def _open(self, from_: str, to: str) -> Call | Outcome:
        return self._exchange.open_inbound(from_, to)

    async def _do(self, deed: str, details: Json, call: Call, leg: Leg) -> bool:
        match deed:
            case "press":
                call.tell("pressed", leg, keys=details["keys"])
                heard = [leg.make(Pressed(key)) for key in details["keys"]]
                return all(heard)
            case "say":
                call.tell("said", leg, text=details["text"])
                return leg.make(Said(details["text"], spoken_s(details["text"])))
            case "hang_up":
                Party(leg, call.tell).hangs_up()
                return True
            case "pick_up":
                return await self._exchange.pick_up(leg.uuid)
        raise RefusedError("must be press, say, hang_up or pick_up")


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


def _refused(name: str, reason: str) -> Response:
    return JSONResponse({"error": f"{name}: {reason}"}, 400)
