"""Legs as the Voice API shows them: one, or a page of them.

Source: Vonage Voice API reference (1.10.0), `getCall` and `getCalls`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.requests import Request

from vonage_simulator.api import rules
from vonage_simulator.api.problems import invalid
from vonage_simulator.calls.events import bill
from vonage_simulator.calls.legs import ADDRESSES, EndpointType, Leg
from vonage_simulator.types import Json

STATUSES = (
    "started", "ringing", "answered", "machine", "completed", "busy", "cancelled", "failed", "rejected",
    "timeout", "unanswered",
)  # fmt: skip
EARLIEST, LATEST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
QUERY = rules.fields(
    {
        "page_size": rules.digits(1, 100),
        "record_index": rules.digits(0, None),
        "order": rules.one_of("asc", "desc"),
        "status": rules.one_of(*STATUSES),
        "date_start": rules.moment,
        "date_end": rules.moment,
    }
)


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
    return {"type": endpoint_type, ADDRESSES[endpoint_type]: address}


def _moment(text: str) -> datetime:
    """A moment to compare with others; without an offset, in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def page(legs: Sequence[Leg], request: Request) -> Json:
    """One page of the legs that the query's filters leave."""
    query = request.query_params
    problems = list(QUERY("", dict(query)))
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
        "_links": {"self": {"href": f"/v1/calls?page_size={size}&record_index={index}"}},
    }
