"""The Messages API v1: `/v1/messages`.

Source: Vonage Messages API reference (1.20.0): JWT of an application, whose webhooks then apply, or Basic;
202 with the message's id; problems of a body are a 422, which lists them when it is JSON; `X-Request-Id` on
each reply; 429 with `Retry-After`, and the code 1000, "Throttled". Help centre, "What is the Throughput
Limit for Outbound SMS": 30 API requests a second for each API key, on top of which there are limits for some
senders; in an older edition 1 SMS a second for a US long number.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from switchboard.wire.judge.judgement import Judgement, judge, judge_message
from switchboard.wire.message_requests import MessageUpdate

from vonage_simulator.api import wire
from vonage_simulator.api.authentication import ApplicationTokens, has_basic_credentials
from vonage_simulator.api.problems import InvalidParameter, ProblemError, not_found, unauthorized
from vonage_simulator.api.rates import RateLimit
from vonage_simulator.api.requests import NotAnObjectError, check_media_types, json_object
from vonage_simulator.messages import outbound
from vonage_simulator.messages.mailbox import Mailbox
from vonage_simulator.messages.message import Sender
from vonage_simulator.types import Json

Operation = Callable[[Request], Awaitable[Response]]

PATH = "/v1/messages"
SECTION = "/messages"
REQUESTS_PER_SECOND = 30
# Toll-free numbers (North American Numbering Plan) have another limit, which Vonage's page doesn't tell.
TOLL_FREE = ("1800", "1833", "1844", "1855", "1866", "1877", "1888")
MARKABLE = {"read": ("inbound", {"whatsapp", "rcs"}), "revoked": ("outbound", {"rcs"})}


@dataclass
class MessagesApi:
    """Its two operations, and the files that came with mail."""

    mailbox: Mailbox
    tokens: ApplicationTokens
    requests: RateLimit = field(init=False)
    senders: dict[tuple[str, int], RateLimit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.requests = self._limit(REQUESTS_PER_SECOND)

    def routes(self) -> list[Route]:
        """The API's routes."""
        return [
            Route(PATH, self._identified(self.send), methods=["POST"]),
            Route(f"{PATH}/{{uuid}}", self._identified(self.update), methods=["PATCH"]),
            Route("/v3/media/{file_id}", self.download, methods=["GET"]),
        ]

    def _identified(self, operation: Operation) -> Operation:
        """An operation whose reply, be it a problem, has an id in `X-Request-Id`."""

        async def respond(request: Request) -> Response:
            request_id = self.mailbox.platform.account.identifiers.hex()
            try:
                response = await operation(request)
            except ProblemError as problem:
                response = problem.response(request_id)
            response.headers["X-Request-Id"] = request_id
            return response

        return respond

    async def download(self, request: Request) -> Response:
        """`GET /v3/media/{file_id}`: a file that came with a mail; it takes no token."""
        file_id = request.path_params["file_id"]
        if file_id not in self.mailbox.files:
            raise not_found(file_id)
        file = self.mailbox.files[file_id]
        return Response(file.content, media_type=file.content_type)

    async def send(self, request: Request) -> Response:
        """`POST /v1/messages`."""
        application = self._sender(request)
        self._admit(self.requests)
        check_media_types(request)
        judgement = judge_message(await _object(request))
        self._refuse(judgement)
        if limit := self._limit_of(judgement.value):
            self._admit(limit)
        accepted = outbound.accept(self.mailbox, judgement.value, application)
        for doubt in judgement.doubtful:
            self.mailbox.warn(accepted, str(doubt))
        self.mailbox.platform.engine.begin(outbound.send(self.mailbox, accepted))
        ids = {"message_uuid": accepted.uuid, "workflow_id": accepted.workflow_id}
        return JSONResponse({name: value for name, value in ids.items() if value}, 202)

    async def update(self, request: Request) -> Response:
        """`PATCH /v1/messages/{uuid}`: read an inbound message, or revoke an outbound one."""
        application = self.tokens.application(request)
        self._admit(self.requests)
        check_media_types(request)
        judgement = judge(MessageUpdate, await _object(request))
        self._refuse(judgement)
        body = judgement.value
        uuid = request.path_params["uuid"]
        message = self.mailbox.messages.get(uuid)
        direction, channels = MARKABLE[body["status"]]
        if message is None or message.application_id != application["id"] or message.direction != direction:
            raise not_found(uuid)
        if message.channel not in channels:
            raise _invalid([InvalidParameter("status", f"does not exist on the channel {message.channel}")])
        outbound.mark(self.mailbox, message, body["status"])
        return Response(status_code=202)

    def _limit(self, per_second: int) -> RateLimit:
        platform = self.mailbox.platform
        return RateLimit(per_second, platform.clock.seconds, lambda: platform.account.switches.rate_second)

    def _limit_of(self, body: Json) -> RateLimit | None:
        """The limit of a message's sender, if it has one."""
        name = str(body["from"])
        sender = self.mailbox.senders.get(name, Sender())
        per_second = sender.per_second or (1 if self._is_us_long_number(body) else None)
        if per_second is None:
            return None
        return self.senders.setdefault((name, per_second), self._limit(per_second))

    def _is_us_long_number(self, body: Json) -> bool:
        number = str(body["from"])
        is_long = len(number) == 11 and number.startswith("1") and not number.startswith(TOLL_FREE)
        switches = self.mailbox.platform.account.switches
        return is_long and body["channel"] == "sms" and switches.sender_limits == "us_long_numbers"

    def _admit(self, limit: RateLimit) -> None:
        if self.mailbox.platform.account.switches.rate_limits and not limit.admits():
            detail = "You have sent more requests in this second than your account or its number may"
            # Whichever second is counted, a new one has begun then.
            after = {"Retry-After": "1"}
            raise ProblemError(429, "1000", "Throttled", detail, section=SECTION, headers=after)

    def _refuse(self, judgement: Judgement) -> None:
        """Raise a 422 that lists what is refused, if anything is."""
        problems = list(wire.refused_in(judgement, self.mailbox.platform.account.switches))
        if problems:
            raise _invalid(problems)

    def _sender(self, request: Request) -> Json | None:
        if request.headers.get("authorization", "").lower().startswith("basic"):
            if not has_basic_credentials(request, self.mailbox.platform.account):
                raise unauthorized()
            return None
        return self.tokens.application(request)


async def _object(request: Request) -> Json:
    """The body, which has to be a JSON object; this API has a problem of its own for one that isn't JSON."""
    try:
        return await json_object(request)
    except NotAnObjectError as error:
        if error.is_json:
            raise _invalid([InvalidParameter("body", "must be an object")]) from None
    detail = "The request body did not contain valid JSON"
    raise ProblemError(422, "invalid-json", "Invalid JSON", detail)


def _invalid(problems: list[InvalidParameter]) -> ProblemError:
    unique = list(dict.fromkeys(problems))
    listed = {"invalid_parameters": [problem.as_json() for problem in unique]}
    detail = "The value of one or more parameters is invalid."
    return ProblemError(422, "1150", "Invalid params", detail, section=SECTION, extra=listed)
