"""What a request to the Voice API asks for: read, checked, and turned into a call's own terms.

Source: Vonage Voice API reference (1.10.0), `createCall`, `updateCall`, `getCalls`.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from switchboard.wire.actions import OneUrl
from switchboard.wire.call_requests import CallChange, PressInCall, StreamInCall, TalkInCall
from switchboard.wire.endpoints import address
from switchboard.wire.judge.judgement import Judgement, judge, judge_call
from switchboard.wire.rules import broken_update_rules
from switchboard.wire.shapes import Shape
from switchboard.wire.typed import TypedDict
from switchboard.wire.violations import Violation

from vonage_simulator.account.account import Account
from vonage_simulator.api import wire
from vonage_simulator.api.problems import InvalidParameter, invalid
from vonage_simulator.calls.call import Call, CallOutcome
from vonage_simulator.calls.dialling import Dialling
from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.lines import Lines
from vonage_simulator.calls.running import run_outbound
from vonage_simulator.calls.webhooks import Endpoints
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.switches import Switches
from vonage_simulator.types import Json

# A change as a command has it names its leg; here the path has done so already.
OF_THE_PATH = {"uuid": "of-the-path"}


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
    doubts: Sequence[Violation]


@dataclass(frozen=True)
class WantedChange:
    """A change to a running call, as it is read, and what is doubtful about it."""

    body: Json
    doubts: Sequence[Violation]


def wanted_call(sent: Json, application: Json, account: Account, *, at_region: bool) -> WantedCall:
    """The call a request asks for, sent to a region's host or not; raises a 400 that lists what is wrong."""
    of_application = Endpoints.of(application)
    judgement = judge_call(sent)
    problems = [*wire.refused_in(judgement, account.switches)]
    if "event_url" not in sent and not of_application.event:
        problems.append(InvalidParameter("event_url", "is required unless the application has one"))
    _refuse(problems)
    body: Json = judgement.value
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
        doubts=judgement.doubtful,
    )


async def begin(lines: Lines, wanted: WantedCall) -> Call:
    """Start the call; it goes on by itself."""
    return place(lines, wanted)[0]


def place(lines: Lines, wanted: WantedCall) -> "tuple[Call, asyncio.Task[CallOutcome]]":
    """Start the call, on the engine; gives what goes on by itself, too."""
    call = lines.open_outbound(wanted.from_, address(wanted.endpoint), wanted.endpoints)
    tell_doubts(call, call.first, wanted.doubts)
    dialling = Dialling.to(wanted.endpoint, call, call.first, wanted.ring_s)
    return call, call.platform.engine.spawn(run_outbound(call, dialling, wanted.ncco, wanted.options))


def tell_doubts(call: Call, leg: Leg, doubts: Iterable[Violation]) -> None:
    """Tell in the call's story what Vonage may not take of a request that was taken here."""
    for doubt in doubts:
        call.tell("warning", leg, reason=str(doubt))


def wanted_change(sent: Json, switches: Switches) -> WantedChange:
    """The change of a running call; a transfer names an NCCO or the URL of one."""
    change = _wanted(judge(CallChange, {**sent, **OF_THE_PATH}, broken_update_rules), switches)
    given = change.body.get("destination", {})
    destination = {name: value for name, value in given.items() if value}
    return replace(change, body={**change.body, "destination": destination})


def wanted_digits(sent: Json, switches: Switches) -> WantedChange:
    """The keys to send, `digits`."""
    return _in_call(PressInCall, sent, "dtmf", switches)


def wanted_key_hook(sent: Json, switches: Switches) -> Json:
    """Where keys are to be reported; always by POST."""
    body = _wanted(judge(KeyReports, sent), switches).body
    return {"address": body["event_url"][0], "http_method": "POST"}


def wanted_playing(kind: str, sent: Json, switches: Switches) -> WantedChange:
    """What to speak or stream: `heard` and `loop`."""
    change = _in_call(TalkInCall if kind == "talk" else StreamInCall, sent, kind, switches)
    body = change.body
    heard = body["text"] if kind == "talk" else body["stream_url"][0]
    return replace(change, body={"heard": heard, "loop": body.get("loop", 1)})


def _in_call(shape: Shape, sent: Json, action: str, switches: Switches) -> WantedChange:
    """A change whose path has already told the leg and the action."""
    return _wanted(judge(shape, {**sent, **OF_THE_PATH, "action": action}), switches)


def _wanted(judgement: Judgement, switches: Switches) -> WantedChange:
    _refuse(wire.refused_in(judgement, switches))
    return WantedChange(judgement.value, judgement.doubtful)


def _refuse(problems: Iterable[InvalidParameter]) -> None:
    """Raise a 400 that lists the problems, if there are any."""
    if listed := list(problems):
        raise invalid("payload-validation", listed, section="/voice")


def _hook(body: Json, kind: str, method: str) -> Json | None:
    urls = body.get(f"{kind}_url")
    return {"address": urls[0], "http_method": body.get(f"{kind}_method", method)} if urls else None


def _from(body: Json, application: Json, account: Account) -> str:
    if not body.get("random_from_number"):
        number: str = body["from"]["number"]
        return number
    linked = [n["msisdn"] for n in account.numbers.values() if n.get("app_id") == application["id"]]
    return account.identifiers.random.choice(sorted(linked)) if linked else "unknown"
