"""The bodies of the control API's requests: read and checked before anything is done.

What is wrong is answered with 400 and `{"error": "which member: what to change"}`.
"""

from functools import cache
from typing import Annotated, Any, Required, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from switchboard.wire.endpoints import Url
from switchboard.wire.shapes import Shape
from switchboard.wire.typed import Between, TypedDict
from switchboard.wire.violations import Violation, violations_in

from vonage_simulator.calls.parties import Callee
from vonage_simulator.messages.message import Recipient, Sender
from vonage_simulator.types import Json

Body = TypeVar("Body")

LONGEST_JUMP_S = 10 * 365 * 86400

_From = TypedDict("_From", {"from": str}, total=False)
_Sender = TypedDict("_Sender", {"from": Required[str]}, total=False)


class PlaceCall(_From, total=False):
    """Who calls whom, what the caller does, and how the others behave."""

    to: Required[str]
    from_user: str
    withheld: bool
    custom_data: Json
    application_id: str
    sip_headers: dict[str, str]
    script: list[Json]
    callees: dict[str, Callee]
    wait: bool


class Press(TypedDict):
    """Keys to press now."""

    keys: str


class Say(TypedDict):
    """Words to say now."""

    text: str


class CustomerMessage(_Sender, total=False):
    """A customer writes; further members belong to the channel and the type of message."""

    channel: Required[str]
    to: Required[str]
    text: str
    message_type: str


class RtcEvent(_From, total=False):
    """A conversation event."""

    type: Required[str]
    body: Json
    conversation_id: str
    application_id: str


class SetClock(TypedDict, total=False):
    """Another pace, or a later moment."""

    live: bool
    advance_s: Annotated[float, Between(0, LONGEST_JUMP_S)]


class FaultTarget(TypedDict, total=False):
    """What a fault is for: an API's route, or a kind of webhook."""

    route: str
    webhook: str


class AccountWebhooks(TypedDict, total=False):
    """Where messages go that no application is responsible for; null forgets it."""

    inbound_url: Url | None
    status_url: Url | None


# The application that each is linked to; null for one that is verified alone.
Domains = dict[str, str | None]
Callees = dict[str, Callee]
Recipients = dict[str, Recipient]
Senders = dict[str, Sender]


class RefusedError(Exception):
    """A control request that cannot be done; says which member to change, and how."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")

    def response(self) -> Response:
        """The 400."""
        return JSONResponse({"error": str(self)}, 400)


async def read(request: Request, shape: type[Body], *, more: bool = False) -> Body:
    """The request's body in this shape; `more` lets further members through.

    Raises:
        RefusedError: it is no JSON, or breaks the shape.
    """
    body = await request.body() or b"{}"
    adapter: TypeAdapter[Body] = _adapter(cast("Any", shape))
    try:
        return adapter.validate_json(body, strict=True, extra="allow" if more else "forbid")
    except ValidationError as error:
        raise _refused(violations_in(error, shape)[0]) from error


@cache
def _adapter(shape: Shape) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _refused(violation: Violation) -> RefusedError:
    name = violation.field or "body"
    match violation.kind:
        case "missing":
            return RefusedError(name, "is required")
        case "unknown":
            return RefusedError(name, "does not exist")
        case "broken":
            return RefusedError(name, violation.rule)
    return RefusedError(name, f"must be {violation.rule}")
