"""Read what a webhook says only indirectly: who calls, numbers sent as texts, JSON inside texts."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from decimal import Decimal

    CallerId = TypedDict("CallerId", {"from": str, "randomFromNumber": bool}, total=False)

_SIP_HEADER = "SipHeader_"
# Seen as `from` of a caller whose number isn't shown; which one it is, is not documented.
_WITHHELD = ("", "anonymous", "restricted", "unknown")
# What people write between, before and after the digits; hyphens of four lengths among it.
_PUNCTUATION = " ()./-'\"\u2010\u2011\u2012\u2013"
# Dialled inside a country only: in `+44 (0)7700 900000`, from anywhere else it leads to another number.
_TRUNK_ZERO = "(0)"
_LONGEST_COUNTRY_CODE = 3
_ZERO_IS_DIALLED = ("39", "378")  # Italy and San Marino


def caller(request: Mapping[str, Any]) -> str:
    """Who calls: `from`, or `from_user` when a Client SDK user does; empty when withheld."""
    shown = str(request.get("from") or "")
    return str(request.get("from_user") or "") if shown.lower() in _WITHHELD else shown


def caller_id(request: Mapping[str, Any]) -> "CallerId":
    """What to show to whom a call is forwarded, as options: `connect(phone(X), **caller_id(call))`.

    It is the number of yours that was called. Users of the Client SDK and SIP endpoints call whatever they
    like, so theirs is any number of the application. Source: Vonage NCCO reference, "connect": a phone is
    shown a number of yours, and a `from` that isn't one is unknown, or keeps the call from being connected.
    """
    ours = str(request.get("from" if request.get("direction") == "outbound" else "to", ""))
    return {"from": ours} if _is_number(ours) and _is_by_phone(request) else {"randomFromNumber": True}


def _is_by_phone(request: Mapping[str, Any]) -> bool:
    """Whether a telephone calls, be its number withheld; only an answer request says so itself."""
    who = caller(request)
    known = str(request.get("endpoint_type", "phone")) == "phone" and "from_user" not in request
    return known and ("endpoint_type" in request or _is_number(who) or not who)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 7 <= len(text) <= 15


def msisdn(number: str) -> str:
    """A phone number as Vonage writes it: `+44 7700 900000` and `0044 7700-900000` are `447700900000`.

    Characters that can't be seen go too: a number that is copied from an address book may bring some along.
    So does the `(0)` after a country code, though Italy's zero stays, as it's always dialled. The
    rest stays as it is, so what isn't a phone number doesn't become one.
    """
    written = "".join(each for each in number if each.isprintable() and not each.isspace())
    country, trunk_zero, rest = written.partition(_TRUNK_ZERO)
    country = _international(country)
    if not (trunk_zero and country):
        return _international(written)
    if len(country) > _LONGEST_COUNTRY_CODE:
        return written
    return country + ("0" if country in _ZERO_IS_DIALLED else "") + _international(rest)


def _international(written: str) -> str:
    digits = "".join(each for each in written if each not in _PUNCTUATION)
    return digits.removeprefix("+").removeprefix("00")


def leg(event: Mapping[str, Any]) -> str | None:
    """The leg that an event is about; `human` and `machine` events name it `call_uuid`."""
    return event.get("uuid") or event.get("call_uuid")


def sip_headers(request: Mapping[str, Any]) -> dict[str, str]:
    """The SIP headers of an inbound call, such as `{"X-UserId": "42"}`; case and hyphens are kept.

    Vonage passes on the headers that begin with `X-` (but not `X-Nexmo`), and `User-to-User`.
    """
    return {
        key.removeprefix(_SIP_HEADER): value for key, value in request.items() if key.startswith(_SIP_HEADER)
    }


def digits(event: Mapping[str, Any]) -> str:
    """The keys pressed in an input event; empty when there were none.

    `dtmf` is an object, or the keys alone when the NCCO's `input` had no `dtmf` object.
    """
    dtmf = event.get("dtmf")
    pressed = dtmf.get("digits") if isinstance(dtmf, Mapping) else dtmf
    return "" if pressed is None else str(pressed)


def speech(event: Mapping[str, Any]) -> str:
    """The best reading of what was said in an input event; empty when nothing was understood."""
    results = (event.get("speech") or {}).get("results") or [{}]
    return results[0].get("text") or ""


def confidence(event: Mapping[str, Any]) -> float:
    """How sure Vonage is of `speech`, from 0 to 1; 0 when it does not say."""
    results = (event.get("speech") or {}).get("results") or [{}]
    return float(results[0].get("confidence") or 0)


def duration(event: Mapping[str, Any]) -> int | None:
    """How many seconds a completed call lasted; None when the event does not say."""
    return int(event["duration"]) if event.get("duration") else None


def price(event: Mapping[str, Any]) -> "Decimal | None":
    """What a completed call or a message cost, exactly; None when the event does not say.

    Calls are priced in euros; a message's currency is in its `usage`.
    """
    from decimal import Decimal

    text = event.get("price") or (event.get("usage") or {}).get("price")
    return Decimal(text) if text else None


def undelivered(status: Mapping[str, Any]) -> str | None:
    """Why a message will not arrive: Vonage's code, such as `1320`, else `unknown`; None if it may arrive.

    Source: Vonage Messages API reference, "Message Status": `error.title` is the code.
    """
    if status.get("status") not in ("rejected", "undeliverable"):
        return None
    error = status.get("error")
    code = str(error.get("title", error.get("code"))) if isinstance(error, Mapping) else ""
    return code if code.isascii() and code.isdecimal() else "unknown"


def from_query(parameters: Mapping[str, str]) -> dict[str, Any]:
    """A webhook's fields from the query parameters of a GET.

    Objects arrive there as JSON text in one parameter (`dtmf={"digits":"3","timed_out":true}`); a text that
    only looks like JSON is left as it is.
    """
    return {name: _object_or_text(text) for name, text in parameters.items()}


def _object_or_text(text: str) -> object:
    if not text.startswith("{"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
