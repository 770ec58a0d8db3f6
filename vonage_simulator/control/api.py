"""The control API, `/_simulator/…`: what a person or a test does to the simulator itself."""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vonage_simulator.api.requests import whole_number
from vonage_simulator.control import phones, telling
from vonage_simulator.control.requests import (
    AccountWebhooks,
    Domains,
    FaultTarget,
    RefusedError,
    SetClock,
    read,
)
from vonage_simulator.faults import ApiFault, WebhookFault
from vonage_simulator.switches import SwitchError, changed
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

FILTERS = ("kind", "call", "leg", "message", "webhook", "what")
LONGEST_WAIT_S = 30.0


def routes(vonage: Vonage) -> list[Route]:
    """The control API's routes."""
    api = ControlApi(vonage)
    return [
        Route("/_simulator/journal", api.journal, methods=["GET"]),
        Route("/_simulator/journal/{entry_id:int}/replay", api.replay, methods=["POST"]),
        Route("/_simulator/calls/{call}/replay", api.replay_call, methods=["POST"]),
        Route("/_simulator/account", api.account, methods=["GET"]),
        Route("/_simulator/account/webhooks", api.set_webhooks, methods=["POST"]),
        Route("/_simulator/domains", api.domains, methods=["GET", "POST"]),
        Route("/_simulator/switches", api.switches, methods=["GET", "POST"]),
        Route("/_simulator/clock", api.clock, methods=["GET", "POST"]),
        Route("/_simulator/patience", api.patience, methods=["POST", "DELETE"]),
        Route("/_simulator/faults", api.list_faults, methods=["GET"]),
        Route("/_simulator/faults", api.add_fault, methods=["POST"]),
        Route("/_simulator/faults", api.clear_faults, methods=["DELETE"]),
        *phones.routes(vonage),
        *telling.routes(vonage),
    ]


class ControlApi:
    """Its operations; `docs/simulator.md` describes the JSON."""

    def __init__(self, vonage: Vonage) -> None:
        self._vonage = vonage

    async def journal(self, request: Request) -> Response:
        """`GET /_simulator/journal?after=&wait=` and the filters; `wait` seconds for something new."""
        query = request.query_params
        after, wait = whole_number(query.get("after", "0")), whole_number(query.get("wait", "0"))
        if after < 0 or wait < 0:
            raise RefusedError("after, wait", "must be the id of a journal entry, and whole seconds")
        wanted = {name: query[name] for name in FILTERS if name in query}

        def is_new(entry: Json) -> bool:
            return entry["id"] > after and all(entry.get(name) == value for name, value in wanted.items())

        await self._vonage.journal.until(is_new, min(wait, LONGEST_WAIT_S))
        return JSONResponse({"entries": self._vonage.journal.entries(after=after, **wanted)})

    async def replay(self, request: Request) -> Response:
        """`POST /_simulator/journal/{id}/replay`: send a webhook again, signed again, to the present code."""
        entry = self._vonage.journal.entry(request.path_params["entry_id"])
        if entry is None or entry["kind"] != "webhook" or entry["webhook"] == "told":
            raise RefusedError("id", "must be that of a webhook in the journal")
        reply = await self._vonage.engine.ask(self._vonage.delivery.replay(entry))
        return JSONResponse(self._vonage.journal.entry(reply.entry_id), 201)

    async def replay_call(self, request: Request) -> Response:
        """`POST /_simulator/calls/{call}/replay`: send all webhooks of a call again, in their order."""
        wanted = {"call": request.path_params["call"], "kind": "webhook"}
        entries = [
            e
            for e in self._vonage.journal.entries(**wanted)
            if "replay_of" not in e and e["webhook"] != "told"
        ]
        if not entries:
            raise RefusedError("call", "has no webhooks in the journal")
        delivery = self._vonage.delivery
        replies = [await self._vonage.engine.ask(delivery.replay(entry)) for entry in entries]
        return JSONResponse({"entries": [self._vonage.journal.entry(r.entry_id) for r in replies]}, 201)

    async def account(self, _request: Request) -> Response:
        """`GET /_simulator/account`: applications and numbers, without any secret."""
        account = self._vonage.account
        applications, numbers = list(account.applications.values()), list(account.numbers.values())
        return JSONResponse({"api_key": account.api_key, "applications": applications, "numbers": numbers})

    async def set_webhooks(self, request: Request) -> Response:
        """`POST /_simulator/account/webhooks {"inbound_url"?, "status_url"?}`: what is set in a dashboard."""
        account = self._vonage.account
        wanted = {**account.message_webhooks, **await read(request, AccountWebhooks)}
        account.message_webhooks = {kind: str(url) for kind, url in wanted.items() if url}
        return JSONResponse(account.message_webhooks)

    async def domains(self, request: Request) -> Response:
        """`GET`, or `POST {domain: application_id}`: e-mail domains, verified and linked in a dashboard."""
        account = self._vonage.account
        if request.method == "POST":
            wanted = await read(request, Domains)
            if unknown := [one for one in wanted.values() if one and one not in account.applications]:
                raise RefusedError("application_id", f"there is no application {unknown[0]}")
            account.email_domains = {**account.email_domains, **wanted}
        return JSONResponse(account.email_domains)

    async def switches(self, request: Request) -> Response:
        """`GET` tells how uncertain behaviour is simulated; `POST {name: value}` changes some of it."""
        account = self._vonage.account
        if request.method == "POST":
            changes = await read(request, dict[str, Any])
            try:
                account.switches = changed(account.switches, changes)
            except SwitchError as error:
                raise RefusedError("switches", str(error)) from error
        return JSONResponse(asdict(account.switches))

    async def clock(self, request: Request) -> Response:
        """`GET` tells the simulated time; `POST {"live"?, "advance_s"?}` changes it."""
        clock = self._vonage.clock
        if request.method == "POST":
            await self._vonage.engine.ask(self._set_clock(await read(request, SetClock)))
        return JSONResponse({"now": clock.timestamp(), "live": clock.live})

    async def patience(self, request: Request) -> Response:
        """`POST` lets webhooks take as long as they like, for a debugger's sake; `DELETE` ends that."""
        self._vonage.delivery.patient = request.method == "POST"
        return Response(status_code=204)

    async def list_faults(self, _request: Request) -> Response:
        """`GET /_simulator/faults`."""
        waiting: list[ApiFault | WebhookFault] = list(self._vonage.faults.waiting())
        waiting += self._vonage.webhook_faults.waiting()
        return JSONResponse({"faults": [fault.as_json() for fault in waiting]})

    async def add_fault(self, request: Request) -> Response:
        """`POST /_simulator/faults {"route": …}` for an API, `{"webhook": …}` for webhooks."""
        match await read(request, FaultTarget, more=True):
            case {"route": _, "webhook": _}:
                raise RefusedError("fault", "give route, for an API, or webhook; not both")
            case {"route": _}:
                fault: ApiFault | WebhookFault = self._vonage.faults.add(await read(request, ApiFault))
            case {"webhook": _}:
                fault = self._vonage.webhook_faults.add(await read(request, WebhookFault))
            case _:
                raise RefusedError("fault", "give route, for an API, or webhook")
        return JSONResponse(fault.as_json(), 201)

    async def clear_faults(self, _request: Request) -> Response:
        """`DELETE /_simulator/faults`."""
        self._vonage.faults.clear()
        self._vonage.webhook_faults.clear()
        return Response(status_code=204)

    async def _set_clock(self, wanted: SetClock) -> None:
        if "live" in wanted:
            self._vonage.clock.set_live(live=wanted["live"])
        self._vonage.clock.advance(wanted.get("advance_s", 0))
