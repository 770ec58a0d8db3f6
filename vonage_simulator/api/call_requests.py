"""What a request to the Voice API asks for: read, checked, and turned into a call's own terms.

Source: Vonage Voice API reference (1.10.0), `createCall`, `updateCall`, `getCalls`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from switchboard.wire.actions import OneUrl
from switchboard.wire.call_requests import CallChange, CallRequest, PressInCall, StreamInCall, TalkInCall
from switchboard.wire.rules import broken_call_rules, broken_update_rules
from switchboard.wire.shapes import Shape
from switchboard.wire.typed import TypedDict

from vonage_simulator.account.account import Account
from vonage_simulator.api import wire
from vonage_simulator.api.problems import InvalidParameter, invalid
from vonage_simulator.calls.call import Call
from vonage_simulator.calls.dialling import Dialling, address
from vonage_simulator.calls.lines import Lines
from vonage_simulator.calls.running import run_outbound
from vonage_simulator.calls.webhooks import Endpoints
from vonage_simulator.ncco import check
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json, JsonValue


class KeyReports(TypedDict):
    """Where the keys of a leg are to be reported."""

    event_url: OneUrl


@dataclass(frozen=True)
class WantedCall:
    """A call to make: from whom, to which endpoint, with which NCCO or webhooks."""

    from_: str
    endpoint: Json
    endpoints: Endpoints
    ncco: Ncco | None
    ring_s: float
    options: Json


def wanted_call(body: Json, application: Json, account: Account, *, at_region: bool) -> WantedCall:
    """The call a request asks for, sent to a region's host or not; raises a 400 that lists what is wrong."""
    of_application = Endpoints.of(application)
    problems = [
        *wire.problems_of(CallRequest, _but_ncco(body)),
        *map(wire.as_parameter, broken_call_rules(body)),
        *_ncco_problems("ncco", body.get("ncco", [])),
    ]
    if "event_url" not in body and not of_application.event:
        problems.append(InvalidParameter("event_url", "is required unless the application has one"))
    _refuse(problems)
    endpoints = Endpoints(
        application_id=application["id"],
        answer=_hook(body, "answer", "GET"),
        fallback=of_application.fallback,
        event=_hook(body, "event", "POST") or of_application.event,
        signed=of_application.signed,
        region=of_application.region if at_region else None,
    )
    options = {
        "machineDetection": body.get("machine_detection"),
        "advancedMachineDetection": body.get("advanced_machine_detection"),
        "length_timer": body.get("length_timer", 7200),
    }
    return WantedCall(
        from_=_from(body, application, account),
        endpoint=body["to"][0],
        endpoints=endpoints,
        ncco=body.get("ncco") or None,
        ring_s=body.get("ringing_timer", 60),
        options=options,
    )


async def begin(lines: Lines, wanted: WantedCall) -> Call:
    """Start the call; it goes on by itself."""
    call = lines.open_outbound(wanted.from_, address(wanted.endpoint), wanted.endpoints)
    dialling = Dialling.to(wanted.endpoint, call, call.first, wanted.ring_s)
    call.platform.engine.spawn(run_outbound(call, dialling, wanted.ncco, wanted.options))
    return call


def wanted_change(body: Json) -> Json:
    """The change of a running call; a transfer names an NCCO or the URL of one."""
    destination = body.get("destination")
    given = destination if isinstance(destination, dict) else {}
    but_ncco = {**body, "destination": _but_ncco(given)} if given else body
    _refuse(wire.problems_of(CallChange, {**but_ncco, "uuid": ""}))
    _refuse(map(wire.as_parameter, broken_update_rules(body)))
    _refuse(_ncco_problems("destination.ncco", given.get("ncco", [])))
    return {**body, "destination": {name: value for name, value in given.items() if value}}


def wanted_digits(body: Json) -> str:
    """The keys to send."""
    _check(PressInCall, body, "dtmf")
    digits: str = body["digits"]
    return digits


def wanted_key_hook(body: Json) -> Json:
    """Where keys are to be reported; always by POST."""
    _refuse(wire.problems_of(KeyReports, body))
    return {"address": body["event_url"][0], "http_method": "POST"}


def wanted_playing(kind: str, body: Json) -> Json:
    """What to speak or stream: `heard` and `loop`."""
    _check(TalkInCall if kind == "talk" else StreamInCall, body, kind)
    heard = body["text"] if kind == "talk" else body["stream_url"][0]
    return {"heard": heard, "loop": body.get("loop", 1)}


def _check(shape: Shape, body: Json, action: str) -> None:
    """Raise a 400 for a body that breaks a shape; the path has already told the leg and the action."""
    _refuse(wire.problems_of(shape, {**body, "uuid": "", "action": action}))


def _refuse(problems: Iterable[InvalidParameter]) -> None:
    """Raise a 400 that lists the problems, if there are any."""
    if listed := list(problems):
        raise invalid("payload-validation", listed, section="/voice")


def _but_ncco(fields: Json) -> Json:
    """What else there is: an NCCO is checked as in a reply, where Vonage tolerates more than it documents."""
    return {name: value for name, value in fields.items() if name != "ncco"}


def _ncco_problems(path: str, ncco: JsonValue) -> Iterator[InvalidParameter]:
    for problem in check.problems_of(ncco):
        if problem.rejected:
            place = f"{path}[{problem.action}].{problem.field}" if problem.action is not None else path
            yield InvalidParameter(place.rstrip("."), problem.rule)


def _hook(body: Json, kind: str, method: str) -> Json | None:
    urls = body.get(f"{kind}_url")
    return {"address": urls[0], "http_method": body.get(f"{kind}_method", method)} if urls else None


def _from(body: Json, application: Json, account: Account) -> str:
    if not body.get("random_from_number"):
        number: str = body["from"]["number"]
        return number
    linked = [n["msisdn"] for n in account.numbers.values() if n.get("app_id") == application["id"]]
    return account.identifiers.random.choice(sorted(linked)) if linked else "unknown"
