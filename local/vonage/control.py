"""The control API, `/_simulator/…`: what a person or a test does to the simulator itself."""

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.vonage import messages
from local.vonage.faults import ApiFault, Faults, WebhookFault
from local.vonage.parties import Callee, check_steps

if TYPE_CHECKING:
    from local.vonage.server import Vonage

FILTERS = ("kind", "call", "leg", "message", "webhook")


def routes(vonage: "Vonage") -> list[Route]:
    """The control API's routes."""
    api = ControlApi(vonage)
    return [
        Route("/_simulator/journal", api.journal, methods=["GET"]),
        Route("/_simulator/calls", api.place_call, methods=["POST"]),
        Route("/_simulator/messages", api.receive_message, methods=["POST"]),
        Route("/_simulator/faults", api.list_faults, methods=["GET"]),
        Route("/_simulator/faults", api.add_fault, methods=["POST"]),
        Route("/_simulator/faults", api.clear_faults, methods=["DELETE"]),
    ]


class ControlApi:
    """Its operations; `docs/simulator.md` describes the JSON."""

    def __init__(self, vonage: "Vonage") -> None:
        self._vonage = vonage

    async def journal(self, request: Request) -> Response:
        """`GET /_simulator/journal?after=&kind=&call=&leg=&message=&webhook=`."""
        query = request.query_params
        after = query.get("after", "0")
        if not after.isdigit():
            return refused("after", "must be the id of a journal entry; leave it out for the whole journal")
        wanted = {name: query[name] for name in FILTERS if name in query}
        return JSONResponse({"entries": self._vonage.journal.entries(after=int(after), **wanted)})

    async def place_call(self, request: Request) -> Response:
        """`POST /_simulator/calls {"from", "to", "script"?, "callees"?, "wait"?}`."""
        wanted = await request.json()
        exchange = self._vonage.exchange
        try:
            check_steps(wanted.get("script", []))
            callees = {number: Callee(**callee) for number, callee in wanted.get("callees", {}).items()}
            call = exchange.call_in(wanted["from"], wanted["to"], wanted.get("script"))
        except KeyError as missing:
            return refused(str(missing.args[0]), "is required")
        except (TypeError, ValueError) as error:
            return refused("call", str(error))
        exchange.callees.update(callees)
        running = self._vonage.engine.start(call)
        if not wanted.get("wait", True):
            return JSONResponse({}, 202)
        outcome = await asyncio.wrap_future(running)
        return JSONResponse(outcome.as_json(), 201)

    async def receive_message(self, request: Request) -> Response:
        """`POST /_simulator/messages {"channel", "from", "to", "text"}`: a customer writes."""
        message = await request.json()
        missing = [name for name in ("channel", "from", "to") if name not in message]
        if missing:
            return refused(missing[0], "is required")
        if message["channel"] not in messages.CHANNELS:
            return refused("channel", f"must be one of {', '.join(messages.CHANNELS)}")
        work = messages.receive(self._vonage.exchange, message)
        try:
            taken = await asyncio.wrap_future(self._vonage.engine.start(work))
        except messages.UndeliverableError as error:
            return refused("to", str(error))
        return JSONResponse(taken, 201)

    async def list_faults(self, _request: Request) -> Response:
        """`GET /_simulator/faults`."""
        waiting: list[ApiFault | WebhookFault] = list(self._vonage.faults.waiting())
        waiting += self._vonage.webhook_faults.waiting()
        return JSONResponse({"faults": [fault.as_json() for fault in waiting]})

    async def add_fault(self, request: Request) -> Response:
        """`POST /_simulator/faults {"route": …}` for an API, `{"webhook": …}` for webhooks."""
        details = await request.json()
        kinds: dict[str, Faults[Any]] = {"route": self._vonage.faults, "webhook": self._vonage.webhook_faults}
        named = [name for name in kinds if name in details]
        if len(named) != 1:
            return refused("fault", "give route, for an API, or webhook")
        try:
            fault = kinds[named[0]].next(details.pop(named[0]), **details)
        except (TypeError, ValueError) as error:
            return refused("fault", str(error))
        return JSONResponse(fault.as_json(), 201)

    async def clear_faults(self, _request: Request) -> Response:
        """`DELETE /_simulator/faults`."""
        self._vonage.faults.clear()
        self._vonage.webhook_faults.clear()
        return Response(status_code=204)


def refused(name: str, reason: str) -> Response:
    """A control request that cannot be done, with what to change."""
    return JSONResponse({"error": f"{name}: {reason}"}, 400)
