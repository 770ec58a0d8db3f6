"""The answer or event webhook failed while somebody is on the line: keep the call alive.

Vonage asks here only where it expected an NCCO, so somebody waits: for the answer, after `input` and
`notify`, when a `connect` failed or a WebSocket closed. Left alone, the call goes on with what is left of its
NCCO: perhaps nothing, in silence. So this speaks to everybody, except where the call goes on by itself.

A step of a dialog is handed back, twice: its address says which one it is, and the function that failed may
go on from what is recorded.

Vonage sends the fields of the request that failed, with `reason` and `original_request`, twice at most. This
shares no failure with the other functions: standard library only, no layers, no secret, no other service. The
request is not authenticated, because the reply reveals and changes nothing.
Source: https://developer.vonage.com/en/voice/voice-api/webhook-reference#fallback-url
"""

import base64
import json
import os
import time
from collections.abc import Mapping
from typing import Any

APOLOGY = "We are sorry, we cannot take your call at the moment. Please try again later."

# Only the event webhook's requests have one of these.
EVENT_KEYS = {"status", "dtmf", "speech", "payload"}

# The NCCO runs on after these, also after `human` and `machine`; or the call is over. A recording's event and
# a transfer's have no status. Only after the first two does Vonage read an NCCO at all.
GOES_ON = {"human", "machine", "started", "ringing", "answered", "completed", "transcribed"}
GOES_ON_KEYS = {"recording_url", "conversation_uuid_to"}


# How often a dialog's step is handed back, and how long Vonage waits before it is.
MOST_TRIES = 2
PAUSE_S = 1

# Vonage waits no shorter.
SHORTEST_S = 0.1


def lambda_handler(event: Mapping[str, Any], _context: object = None) -> dict[str, Any]:
    """An NCCO for whoever waits; nothing for a call that goes on by itself."""
    request = _request(event)
    in_progress = _is_event(request)
    _log(in_progress, request, _api(event))
    if in_progress and _goes_on(request) and not _is_machine_waited_for(request):
        return {"statusCode": 204}
    if step := _handed_back(request):
        return _reply(step)
    if _is_note(request):  # the callee is joined to the caller once this is over
        return _reply([{"action": "wait", "timeout": SHORTEST_S}])
    number = _msisdn(os.environ.get("FALLBACK_NUMBER", ""))
    if number and number != str(request.get("to")):
        ncco = [connect(number, None if in_progress else _number_called(request))]
    else:
        ncco = [{"action": "talk", "text": APOLOGY}]
    return _reply(ncco)


def _reply(ncco: list[dict[str, Any]]) -> dict[str, Any]:
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(ncco)}


def _handed_back(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What has Vonage ask a dialog's step again; nothing for what is none, or was handed back often enough.

    An event that failed goes along, as it was. Vonage signs the notification, as whatever it sends.
    """
    url = _url(request)
    path, _, query = url.partition("?")
    if not path.endswith("/webhooks/answer") or "step=" not in query:
        return []
    told = request.get("payload")
    again = told.get("again") if isinstance(told, dict) else None
    if not isinstance(again, dict):
        event = {name: value for name, value in request.items() if name not in ("reason", "original_request")}
        again = {"tried": 0, "event": event}
    tried = again.get("tried")
    if not isinstance(tried, int) or tried >= MOST_TRIES:
        return []
    payload = {"again": again | {"tried": tried + 1}}
    return [
        {"action": "wait", "timeout": PAUSE_S},
        {"action": "notify", "payload": payload, "eventUrl": [url]},
    ]


def connect(number: str, called: str | None) -> dict[str, Any]:
    """Call `number` and show it the number that was called, or any of yours.

    An event's `to` may be the other side's.
    """
    shown = {"from": called} if called else {"randomFromNumber": True}
    return {"action": "connect", **shown, "endpoint": [{"type": "phone", "number": number}]}


def _number_called(request: Mapping[str, Any]) -> str | None:
    """The number of yours that was called, where it is certain.

    Users of the Client SDK and SIP endpoints call whatever they like. Where it wasn't the answer webhook that
    failed, but another address that gives an NCCO, `to` is somebody whom you have called.
    """
    url, called = _url(request), request.get("to")
    inbound = not url or url.partition("?")[0].endswith("/webhooks/answer")
    by_phone = request.get("endpoint_type", "phone") == "phone" and "from_user" not in request
    return called if inbound and by_phone and isinstance(called, str) and called.isdecimal() else None


def _msisdn(number: str) -> str:
    """The digits of a number as people write it: `+44 (0)7700 900000` is `447700900000`."""
    country, trunk_zero, rest = number.replace(" ", "").partition("(0)")
    number = country + rest if trunk_zero and country.strip("+") else number
    return "".join(each for each in number if each in "0123456789").removeprefix("00")


def _request(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What Vonage sent, or nothing when it cannot be read; a waiting caller is answered in any case."""
    try:
        body = event["body"]
        request = json.loads(base64.b64decode(body) if event.get("isBase64Encoded") else body)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return {}
    return request if isinstance(request, dict) else {}


def _is_event(request: Mapping[str, Any]) -> bool:
    """Whether it was an event of a call in progress that failed, rather than the answer."""
    original = request.get("original_request")
    kind = original.get("type") if isinstance(original, dict) else None
    return kind == "event" or (kind != "answer" and not EVENT_KEYS.isdisjoint(request))


def _goes_on(request: Mapping[str, Any]) -> bool:
    """Whether nobody is left in silence without an NCCO."""
    return str(request.get("status")) in GOES_ON or not GOES_ON_KEYS.isdisjoint(request)


def _is_machine_waited_for(request: Mapping[str, Any]) -> bool:
    """Whether a dialog's step, as its address says, goes on at once when a machine has answered."""
    return request.get("status") == "machine" and ".screened." in _url(request)


def _is_note(request: Mapping[str, Any]) -> bool:
    """Whether somebody who was called was to hear a note, which isn't to be had."""
    path, _, query = _url(request).partition("?")
    return path.endswith("/webhooks/answer") and query.startswith("note=")


def _url(request: Mapping[str, Any]) -> str:
    """The address of the request that failed; empty where it isn't known."""
    original = request.get("original_request")
    url = original.get("url") if isinstance(original, dict) else None
    return url if isinstance(url, str) else ""


def _log(in_progress: bool, request: Mapping[str, Any], api: str) -> None:  # noqa: FBT001
    """Write the line that FallbackAskedAlarm counts by its message, its id and the API that was asked."""
    said = {"message": "Fallback", "in_progress": in_progress, "conversation_uuid": _id(request), "api": api}
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    print(json.dumps({"level": "WARNING", "timestamp": now, **said}))  # noqa: T201


def _id(request: Mapping[str, Any]) -> str:
    return str(request.get("conversation_uuid", ""))[:80]


def _api(event: Mapping[str, Any]) -> str:
    """The id of the API that took the request: strangers may know the one that the other webhooks have."""
    context = event.get("requestContext") if isinstance(event, dict) else None
    return str(context.get("apiId", "")) if isinstance(context, dict) else ""
