"""The Voice API v1: `/v1/calls`.

Source: Vonage Voice API reference (1.10.0): JWT only; 201 with the call's ids, 204 for changes, `{message,
uuid}` for what is played. 3 new calls and 15 other requests a second. A call is known to its region only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vonage_simulator.api import call_records, call_requests
from vonage_simulator.api.authentication import ApplicationTokens
from vonage_simulator.api.problems import NotAnsweredError, not_found, rate_limited
from vonage_simulator.api.rates import RateLimit
from vonage_simulator.api.requests import check_media_types, json_object
from vonage_simulator.calls import in_call
from vonage_simulator.calls.call import REGIONAL_HOST, Call
from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.lines import Lines
from vonage_simulator.platform import Platform
from vonage_simulator.switches import Switches
from vonage_simulator.types import Json

PATH = "/v1/calls"


@dataclass
class VoiceApi:
    """Its operations on the lines."""

    lines: Lines
    tokens: ApplicationTokens
    new_calls: RateLimit = field(init=False)
    other_requests: RateLimit = field(init=False)

    def __post_init__(self) -> None:
        """Limits count on the simulator's clock."""
        clock = self.platform.clock
        self.new_calls = RateLimit(3, clock.seconds, lambda: self.switches.rate_second)
        self.other_requests = RateLimit(15, clock.seconds, lambda: self.switches.rate_second)

    @property
    def platform(self) -> Platform:
        """What it stands on."""
        return self.lines.exchange.platform

    @property
    def switches(self) -> Switches:
        """As they stand now."""
        return self.platform.account.switches

    def routes(self) -> list[Route]:
        """The API's routes."""
        one = f"{PATH}/{{uuid}}"
        return [
            Route(PATH, self.list, methods=["GET"]),
            Route(PATH, self.create, methods=["POST"]),
            Route(one, self.read, methods=["GET"]),
            Route(one, self.change, methods=["PUT"]),
            Route(f"{one}/talk", self.talk, methods=["PUT", "DELETE"]),
            Route(f"{one}/stream", self.stream, methods=["PUT", "DELETE"]),
            Route(f"{one}/dtmf", self.dtmf, methods=["PUT"]),
            Route(f"{one}/input/dtmf", self.subscribe_keys, methods=["PUT", "DELETE"]),
        ]

    async def list(self, request: Request) -> Response:
        """`GET /v1/calls` with its filters."""
        application = self._admit(request, self.other_requests)
        absolute = self.platform.account.switches.call_links == "absolute"
        legs = self._legs_of(application)
        return JSONResponse(call_records.page(legs, request, absolute_links=absolute))

    async def create(self, request: Request) -> Response:
        """`POST /v1/calls`: the call is dialled once this has been answered."""
        application = self._admit(request, self.new_calls)
        wanted = call_requests.wanted_call(
            await json_object(request), application, self.platform.account, at_region=_is_regional(request)
        )
        call = await self.platform.engine.ask(call_requests.begin(self.lines, wanted))
        leg = call.first
        ids = {"uuid": leg.uuid, "conversation_uuid": leg.conversation.uuid}
        return JSONResponse({**ids, "status": "started", "direction": "outbound"}, 201)

    async def read(self, request: Request) -> Response:
        """`GET /v1/calls/{uuid}`."""
        _, leg = self._find(request)
        return JSONResponse(call_records.record(leg))

    async def change(self, request: Request) -> Response:
        """`PUT /v1/calls/{uuid}`: hangup, mute, unmute, earmuff, unearmuff, transfer."""
        call, leg = self._find(request)
        wanted = call_requests.wanted_change(await json_object(request), self.switches)
        call_requests.tell_doubts(call, leg, wanted.doubts)
        await self.platform.engine.ask(in_call.change(call, leg, wanted.body))
        return Response(status_code=204)

    async def talk(self, request: Request) -> Response:
        """`PUT` speaks a text to the leg, `DELETE` stops it."""
        return await self._play(request, "talk")

    async def stream(self, request: Request) -> Response:
        """`PUT` plays an audio file to the leg, `DELETE` stops it."""
        return await self._play(request, "stream")

    async def dtmf(self, request: Request) -> Response:
        """`PUT /v1/calls/{uuid}/dtmf {"digits"}`."""
        call, leg = self._find(request)
        wanted = call_requests.wanted_digits(await json_object(request), self.switches)
        _refuse_before_the_answer(leg)
        call_requests.tell_doubts(call, leg, wanted.doubts)
        await self.platform.engine.ask(in_call.send_keys(call, leg, wanted.body["digits"]))
        return JSONResponse({"message": "DTMF sent", "uuid": leg.uuid})

    async def subscribe_keys(self, request: Request) -> Response:
        """`PUT` reports each key to `event_url`, `DELETE` stops that."""
        _, leg = self._find(request)
        leg.key_hook = None
        if request.method == "PUT":
            leg.key_hook = call_requests.wanted_key_hook(await json_object(request), self.switches)
        return JSONResponse({"message": "OK", "uuid": leg.uuid})

    async def _play(self, request: Request, kind: str) -> Response:
        call, leg = self._find(request)
        if request.method == "DELETE":
            await self.platform.engine.ask(in_call.stop(leg, kind))
            return JSONResponse({"message": f"{kind.title()} stopped", "uuid": leg.uuid})
        wanted = call_requests.wanted_playing(kind, await json_object(request), self.switches)
        _refuse_before_the_answer(leg)
        call_requests.tell_doubts(call, leg, wanted.doubts)
        await self.platform.engine.ask(in_call.start(call, leg, kind, wanted.body))
        return JSONResponse({"message": f"{kind.title()} started", "uuid": leg.uuid})

    def _admit(self, request: Request, limit: RateLimit) -> Json:
        application = self.tokens.application(request)
        check_media_types(request)
        if self.platform.account.switches.rate_limits and not limit.admits():
            raise rate_limited()
        return application

    def _find(self, request: Request) -> tuple[Call, Leg]:
        application = self._admit(request, self.other_requests)
        uuid = request.path_params["uuid"]
        call, leg = self.lines.find(uuid) or (None, None)
        if call is None or leg is None or leg.application_id != application["id"]:
            raise not_found(uuid)
        if request.method != "GET" and leg.over.is_set():
            raise not_found(uuid)
        region = call.webhooks.endpoints.region
        if region and not _is_regional(request):
            raise not_found(uuid, f"; its region is {region}, so ask its region_url, {call.region_url}")
        return call, leg

    def _legs_of(self, application: Json) -> Sequence[Leg]:
        return [leg for leg in self.lines.exchange.legs.values() if leg.application_id == application["id"]]


def _refuse_before_the_answer(leg: Leg) -> None:
    if leg.answered_at is None:
        raise NotAnsweredError


def _is_regional(request: Request) -> bool:
    return request.url.hostname == REGIONAL_HOST
