"""What a request to the Voice API asks for: read, checked, and turned into a call's own terms.

Source: Vonage Voice API reference (1.10.0), `createCall`, `updateCall`, `getCalls`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from switchboard.wire.call_requests import CallRequest, PressInCall, StreamInCall, TalkInCall
from switchboard.wire.shapes import Shape

from vonage_simulator.account.account import Account
from vonage_simulator.api import rules, wire
from vonage_simulator.api.problems import InvalidParameter, invalid
from vonage_simulator.calls.call import Call
from vonage_simulator.calls.dialling import Dialling, address
from vonage_simulator.calls.lines import Lines
from vonage_simulator.calls.running import run_outbound
from vonage_simulator.calls.webhooks import Endpoints
from vonage_simulator.ncco import check as nccos
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json, JsonValue

CHANGES = ("hangup", "mute", "unmute", "earmuff", "unearmuff", "transfer")


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
    but_ncco = {name: value for name, value in body.items() if name != "ncco"}
    problems = [
        *wire.problems_of(CallRequest, but_ncco),
        *_choices(body, has_event_url=of_application.event is not None),
    ]
    if problems:
        raise invalid("payload-validation", problems, section="/voice")
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
        ncco=body.get("ncco"),
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
    problems = list(rules.fields({"action": rules.one_of(*CHANGES)}, required=("action",))("", body))
    if not problems and body["action"] == "transfer":
        destination = body.get("destination")
        given = destination if isinstance(destination, dict) else {}
        if given.get("type") != "ncco" or ("url" in given) == ("ncco" in given):
            problems.append(InvalidParameter("destination", "must have type ncco, and either url or ncco"))
        elif "ncco" in given:
            problems += _ncco_problems("destination.ncco", given["ncco"])
        else:
            problems += rules.one_url("destination.url", given["url"])
    if problems:
        raise invalid("payload-validation", problems, section="/voice")
    return body


def wanted_digits(body: Json) -> str:
    """The keys to send."""
    _check(PressInCall, body, "dtmf")
    digits: str = body["digits"]
    return digits


def wanted_key_hook(body: Json) -> Json:
    """Where keys are to be reported; always by POST."""
    problems = list(rules.one_url("event_url", body.get("event_url")))
    if problems:
        raise invalid("payload-validation", problems, section="/voice")
    return {"address": body["event_url"][0], "http_method": "POST"}


def wanted_playing(kind: str, body: Json) -> Json:
    """What to speak or stream: `heard` and `loop`."""
    _check(TalkInCall if kind == "talk" else StreamInCall, body, kind)
    heard = body["text"] if kind == "talk" else body["stream_url"][0]
    return {"heard": heard, "loop": body.get("loop", 1)}


def _check(shape: Shape, body: Json, action: str) -> None:
    """Raise a 400 for a body that breaks a shape; the path has already told the leg and the action."""
    problems = wire.problems_of(shape, {**body, "uuid": "", "action": action})
    if problems:
        raise invalid("payload-validation", problems, section="/voice")


def _choices(body: Json, *, has_event_url: bool) -> Iterator[InvalidParameter]:
    if ("from" in body) == bool(body.get("random_from_number")):
        yield InvalidParameter("from", "give from, or random_from_number: true")
    if ("ncco" in body) == ("answer_url" in body):
        yield InvalidParameter("ncco", "give ncco or answer_url")
    elif "ncco" in body:
        yield from _ncco_problems("ncco", body["ncco"])
    if "event_url" not in body and not has_event_url:
        yield InvalidParameter("event_url", "is required unless the application has one")


def _ncco_problems(path: str, ncco: JsonValue) -> Iterator[InvalidParameter]:
    for problem in nccos.problems_of(ncco):
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
