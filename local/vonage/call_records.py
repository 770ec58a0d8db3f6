"""Legs as the Voice API shows them: one, or a page of them.

Source: Vonage Voice API reference (1.10.0), `getCall` and `getCalls`.
"""

from collections.abc import Sequence

from starlette.requests import Request

from local.vonage import rules
from local.vonage.account import Json
from local.vonage.leg_events import bill
from local.vonage.legs import Leg
from local.vonage.problems import invalid

STATUSES = (
    "started", "ringing", "answered", "machine", "completed", "busy", "cancelled", "failed", "rejected",
    "timeout", "unanswered",
)  # fmt: skip


def record(leg: Leg) -> Json:
    """A leg as the API shows it; what it cost is there once it is over."""
    shown = {
        "_links": {"self": {"href": f"/v1/calls/{leg.uuid}"}},
        "uuid": leg.uuid,
        "conversation_uuid": leg.conversation.uuid,
        "to": {"type": leg.endpoint_type, "number": leg.to},
        "from": {"type": "phone", "number": leg.from_},
        "status": leg.status,
        "direction": leg.direction,
    }
    if leg.status != "completed":
        return shown
    costs = bill(leg, leg.clock)
    return {**shown, **{name: costs[name] for name in costs if name != "disconnected_by"}}


def page(legs: Sequence[Leg], request: Request) -> Json:
    """One page of the legs that the query's filters leave."""
    query = request.query_params
    numbers = rules.fields({"page_size": rules.digits(1, 100), "record_index": rules.digits(0, None)})
    choices = rules.fields({"order": rules.one_of("asc", "desc"), "status": rules.one_of(*STATUSES)})
    problems = [*numbers("", dict(query)), *choices("", dict(query))]
    if problems:
        raise invalid("list-validation", problems, section="/voice")
    found = [leg for leg in legs if leg.status == query.get("status", leg.status)]
    found = [
        leg for leg in found if leg.conversation.uuid == query.get("conversation_uuid", leg.conversation.uuid)
    ]
    found = [
        leg for leg in found if query.get("date_start", "") <= leg.started_at <= query.get("date_end", "~")
    ]
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
