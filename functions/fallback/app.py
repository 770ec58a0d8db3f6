"""The answer or event webhook failed while somebody is on the line: keep the call alive.

Vonage sends the fields of the request that failed, with `reason` and `original_request`. It asks twice at
most; after a failed answer the call then ends, a call in progress goes on.

Shares no failure with the other functions: standard library only, no layers, no secret, no other service. The
request is not authenticated, because the reply reveals and changes nothing.
Source: https://developer.vonage.com/en/voice/voice-api/webhook-reference#fallback-url
"""

import base64
import json
import os
from collections.abc import Mapping
from typing import Any

APOLOGY = "We are sorry, we cannot take your call at the moment. Please try again later."

# Only the event webhook's requests have one of these.
EVENT_KEYS = {"status", "dtmf", "speech", "payload"}


def lambda_handler(event: Mapping[str, Any], _context: object = None) -> dict[str, Any]:
    """An NCCO for a call that was not answered; nothing for one in progress, which then goes on as it is."""
    request = _request(event)
    in_progress = _is_event(request)
    print(json.dumps({"message": "Fallback", "in_progress": in_progress, "conversation_uuid": _id(request)}))  # noqa: T201
    if in_progress:
        return {"statusCode": 204}
    number, called = os.environ.get("FALLBACK_NUMBER", ""), str(request.get("to"))
    ncco = [connect(number, called)] if number and number != called else [{"action": "talk", "text": APOLOGY}]
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(ncco)}


def connect(number: str, called: str) -> dict[str, Any]:
    """Call `number` and show it the number that was called; an app user's call has none to show."""
    shown = {"from": called} if called.isdecimal() else {"randomFromNumber": True}
    return {"action": "connect", **shown, "endpoint": [{"type": "phone", "number": number}]}


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


def _id(request: Mapping[str, Any]) -> str:
    return str(request.get("conversation_uuid", ""))[:80]
