"""The control API for what no webhook's reply can tell: what code did that nobody was waiting for."""

from typing import Required

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from switchboard.wire.typed import TypedDict

from vonage_simulator.control.requests import read
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage
from vonage_simulator.webhooks.told import outcomes_in


class Tell(TypedDict, total=False):
    """What code did at an event: after a call's end, or when nobody had answered in time."""

    function: Required[str]
    event: Required[str]
    call: str | None
    message: str | None
    body: Json
    failed: bool
    duration_ms: float
    outcomes: Required[list[Json]]


def routes(vonage: Vonage) -> list[Route]:
    """The route for whoever runs the code."""

    async def tell(request: Request) -> Response:
        """`POST /_simulator/told`: write it into the journal as a webhook's reply is."""
        told = await read(request, Tell)
        entry = vonage.journal.add(
            "webhook",
            vonage.clock.timestamp(),
            webhook="told",
            event=told["event"],
            call=told.get("call"),
            message=told.get("message"),
            request={"method": "EVENT", "url": f"/{told['function']}", "body": told.get("body", {})},
            response={"status": 500 if told.get("failed") else 200, "body": None},
            signature="unsigned",
            duration_ms=told.get("duration_ms", 0),
            outcomes=outcomes_in(told["outcomes"]) or None,
        )
        return JSONResponse(entry, 201)

    return [Route("/_simulator/told", tell, methods=["POST"])]
