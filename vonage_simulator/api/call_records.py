"""Legs as the Voice API shows them: one, or a page of them.

Source: Vonage Voice API reference (1.10.0), `getCall` and `getCalls`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from starlette.requests import Request
from switchboard.wire.endpoints import ADDRESSES
from switchboard.wire.typed import Fits, TypedDict

from vonage_simulator.api import wire
from vonage_simulator.api.paging import page_links
from vonage_simulator.api.problems import invalid
from vonage_simulator.api.requests import whole_number
from vonage_simulator.calls.events import bill
from vonage_simulator.calls.legs import EndpointType, Leg
from vonage_simulator.types import Json

EARLIEST, LATEST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"

LegStatus = Literal[
    "started", "ringing", "answered", "machine", "completed", "busy", "cancelled", "failed", "rejected",
    "timeout", "unanswered",
]  # fmt: skip


def _is_page_size(sent: str) -> bool:
    return 1 <= whole_number(sent) <= 100


def _is_index(sent: str) -> bool:
    return whole_number(sent) >= 0


def _is_moment(sent: str) -> bool:
    try:
        datetime.fromisoformat(sent)
    except ValueError:
        return False
    return True


Moment = Annotated[str, Fits(_is_moment, "a date and time in ISO 8601")]


class Query(TypedDict, total=False):
    """The filters of a list."""

    page_size: Annotated[str, Fits(_is_page_size, "from 1 to 100")]
    record_index: Annotated[str, Fits(_is_index, "0 or more")]
    order: Literal["asc", "desc"]
    status: LegStatus
    date_start: Moment
    date_end: Moment


def record(leg: Leg) -> Json:
    """A leg as the API shows it; what it cost is there once it is over."""
    shown = {
        "_links": {"self": {"href": f"/v1/calls/{leg.uuid}"}},
        "uuid": leg.uuid,
        "conversation_uuid": leg.conversation.uuid,
        "to": _side(leg.to, "phone" if leg.direction == "inbound" else leg.endpoint_type),
        "from": _side(leg.from_, "phone" if leg.direction == "outbound" else leg.endpoint_type),
        "status": leg.status,
        "direction": leg.direction,
    }
    if leg.status != "completed":
        return shown
    costs = bill(leg, leg.clock)
    return {**shown, **{name: costs[name] for name in costs if name != "disconnected_by"}}


def _side(address: str, endpoint_type: EndpointType) -> Json:
    if endpoint_type == "sip" and not address.startswith(("sip:", "sips:")):
        user, _, domain = address.rpartition("@")
        return {"type": "sip", **({"user": user} if user else {}), "domain": domain}
    return {"type": endpoint_type, ADDRESSES[endpoint_type]: address}


def _moment(text: str) -> datetime:
    """A moment to compare with others; without an offset, in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def page(legs: Sequence[Leg], request: Request, *, absolute_links: bool) -> Json:
    """One page of the legs that the query's filters leave."""
    query = request.query_params
    problems = wire.problems_of(Query, dict(query))
    if problems:
        raise invalid("list-validation", problems, section="/voice")
    found = [leg for leg in legs if leg.status == query.get("status", leg.status)]
    found = [
        leg for leg in found if leg.conversation.uuid == query.get("conversation_uuid", leg.conversation.uuid)
    ]
    since, until = _moment(query.get("date_start", EARLIEST)), _moment(query.get("date_end", LATEST))
    found = [leg for leg in found if since <= _moment(leg.started_at) <= until]
    if query.get("order") == "desc":
        found.reverse()
    size, index = int(query.get("page_size", 10)), int(query.get("record_index", 0))
    shown = found[index : index + size]
    return {
        "count": len(found),
        "page_size": size,
        "record_index": index,
        "_embedded": {"calls": [record(leg) for leg in shown]},
        "_links": page_links(
            request, size, "record_index", index, range(0, len(found), size), absolute=absolute_links
        ),
    }
