"""The Verify API v2: `/v2/verify`.

Source: Vonage Verify API v2 OpenAPI file (1.0.1): JWT of an application, whose webhook then applies, or
Basic; 202 with the `request_id`. Templates are not simulated.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from switchboard.wire.judge.judgement import judge
from switchboard.wire.shapes import Shape
from switchboard.wire.verify.requests import CodeToCheck, VerificationRequest

from vonage_simulator.api import wire
from vonage_simulator.api.authentication import ApplicationTokens, has_basic_credentials
from vonage_simulator.api.problems import InvalidParameter, ProblemError, not_found, unauthorized
from vonage_simulator.api.requests import NotAnObjectError, check_media_types, json_object
from vonage_simulator.clock.engine import Engine
from vonage_simulator.types import Json
from vonage_simulator.verifications.verifier import BusyError, OverError, Verifier, WrongCodeError

PATH = "/v2/verify"
SECTION = "/verify-v2"
UNSUPPORTED = "Device number does not resolve to a supported Mobile Network Operator."


@dataclass
class VerifyApi:
    """Its operations."""

    verifier: Verifier
    tokens: ApplicationTokens

    def routes(self) -> list[Route]:
        """The API's routes."""
        return [
            Route(PATH, self.start, methods=["POST"]),
            Route(f"{PATH}/", self.start, methods=["POST"]),  # as the reference has it
            Route(f"{PATH}/{{request_id}}", self.check, methods=["POST"]),
            Route(f"{PATH}/{{request_id}}", self.cancel, methods=["DELETE"]),
            Route(f"{PATH}/{{request_id}}/next_workflow", self.next_workflow, methods=["POST"]),
        ]

    async def start(self, request: Request) -> Response:
        """`POST /v2/verify`."""
        application = self._caller(request)
        check_media_types(request)
        wanted = await self._body(request, VerificationRequest)
        first = wanted["workflow"][0]
        if first["channel"] == "silent_auth" and self._is_unsupported(first):
            raise ProblemError(
                412, "precondition-failed", "Network not supported", UNSUPPORTED, section=SECTION
            )
        try:
            started = await self._engine.ask(self.verifier.start(wanted, application))
        except BusyError:
            detail = "Concurrent verifications to the same number are not allowed."
            raise ProblemError(409, "concurrent", "Conflict", detail, section=SECTION) from None
        is_silent = first["channel"] == "silent_auth"
        check_url = {"check_url": self.verifier.check_url(started)} if is_silent else {}
        return JSONResponse({"request_id": started.request_id, **check_url}, 202)

    async def check(self, request: Request) -> Response:
        """`POST /v2/verify/{request_id}`."""
        application = self._caller(request)
        check_media_types(request)
        request_id = request.path_params["request_id"]
        given = await self._body(request, CodeToCheck)
        try:
            code = str(given.get("code", ""))
            await self._engine.ask(self.verifier.check(request_id, application, code))
        except OverError:
            raise not_found(request_id) from None
        except WrongCodeError as wrong:
            raise _wrong_code(is_last=wrong.is_last) from None
        return JSONResponse({"request_id": request_id, "status": "completed"})

    async def next_workflow(self, request: Request) -> Response:
        """`POST /v2/verify/{request_id}/next_workflow`."""
        application, request_id = self._caller(request), request.path_params["request_id"]
        try:
            await self._engine.ask(self.verifier.next_channel(request_id, application))
        except OverError:
            raise not_found(request_id) from None
        return Response(status_code=200)

    async def cancel(self, request: Request) -> Response:
        """`DELETE /v2/verify/{request_id}`."""
        application, request_id = self._caller(request), request.path_params["request_id"]
        try:
            await self._engine.ask(self.verifier.cancel(request_id, application))
        except OverError:
            raise not_found(request_id) from None
        return Response(status_code=204)

    @property
    def _engine(self) -> Engine:
        return self.verifier.mailbox.platform.engine

    def _is_unsupported(self, way: Json) -> bool:
        switches = self.verifier.mailbox.platform.account.switches
        return switches.silent_auth == "unsupported" and way.get("coverage_check", True)

    async def _body(self, request: Request, shape: Shape) -> Json:
        try:
            judgement = judge(shape, await json_object(request))
        except NotAnObjectError:
            raise _invalid([InvalidParameter("body", "must be an object")]) from None
        switches = self.verifier.mailbox.platform.account.switches
        if problems := list(wire.refused_in(judgement, switches)):
            raise _invalid(problems)
        body: Json = judgement.value
        return body

    def _caller(self, request: Request) -> Json | None:
        if request.headers.get("authorization", "").lower().startswith("basic"):
            if not has_basic_credentials(request, self.verifier.mailbox.platform.account):
                raise unauthorized()
            return None
        return self.tokens.application(request)


def _wrong_code(*, is_last: bool) -> ProblemError:
    if is_last:
        detail = "An incorrect code has been provided too many times. Workflow terminated."
        return ProblemError(410, "expired", "Invalid Code", detail, section=SECTION)
    detail = "The code you provided does not match the expected value."
    return ProblemError(400, "invalid-code", "Invalid Code", detail, section=SECTION)


def _invalid(problems: list[InvalidParameter]) -> ProblemError:
    listed = {"invalid_parameters": [problem.as_json() for problem in dict.fromkeys(problems)]}
    detail = "The value of one or more parameters is invalid."
    return ProblemError(422, "invalid-params", "Invalid params", detail, extra=listed)
