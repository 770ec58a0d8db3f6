"""An API Gateway event, as the webhook that Vonage sent: raw bytes, folded headers, tolerant JSON.

Source: AWS, "Create AWS Lambda proxy integrations for HTTP APIs" (payload format version 2.0). HTTP APIs
base64-encode every body that is not text or JSON, and one without a Content-Type, so only `isBase64Encoded`
tells what `body` is.
"""

import binascii
import json
import math
import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from switchboard.errors import BodyTooLargeError

# Vonage's webhooks are a few kB. Escaped at its worst (six bytes for one), 128 KiB still fits an SQS message
# (1 MiB) and, decoded at its worst (three for one), a DynamoDB item (400 KB).
MAX_BODY_BYTES = 128 * 1024

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What JSON takes for blanks.
_BLANKS = " \t\n\r"

# EventBridge takes 1,000 levels, ours around the payload included, and integers of 64 bits.
_DEEPEST = 500
_INTEGERS = range(-(2**63), 2**63)
# Written out, a number may be four times as long (1E15): a longer body is measured, as the timeline keeps it.
_FITS_ANYHOW_BYTES = 90_000
_MOST_BYTES = 3 * MAX_BODY_BYTES

# API Gateway gives up on a function after 30 s: an older request is a replayed sample, and nobody waits.
_OLDEST_WAITING_CALLER_S = 30


class Request(NamedTuple):
    """One webhook request, as it arrived.

    Attributes:
        text: the body as API Gateway hands it over; `body` is what the signature covers.
        is_base64: whether the text is the body in base64.
        headers: by their names in lower case.
        path: `rawPath`.
        query: `rawQueryString`, which no signature covers.
        received_at: the Unix time in seconds at which API Gateway took the request.
        base_url: the stage's own URL, without a slash at its end.
    """

    text: str
    is_base64: bool
    headers: Mapping[str, str]
    path: str
    query: str
    received_at: float
    base_url: str

    def body(self, most_bytes: int = MAX_BODY_BYTES) -> bytes:
        """The bytes that were sent. A text that is too long is not even decoded, as anybody may send one.

        Raises:
            BodyTooLargeError: the body is larger than `most_bytes`.
        """
        if len(self.text) <= ((most_bytes + 2) // 3 * 4 if self.is_base64 else most_bytes):
            body = binascii.a2b_base64(self.text) if self.is_base64 else _encoded(self.text)
            if len(body) <= most_bytes:
                return body
        raise BodyTooLargeError(f"the body has more than {most_bytes} bytes")


def read(event: Mapping[str, Any], now: float | None = None) -> Request:
    """The request inside an API Gateway event; whatever is missing reads as empty."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    context = event.get("requestContext") or {}
    return Request(
        text=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
        headers=headers,
        path=str(event.get("rawPath") or ""),
        query=str(event.get("rawQueryString") or ""),
        received_at=_received_at(context.get("timeEpoch"), time.time() if now is None else now),
        base_url=_base_url(headers, context),
    )


def payload(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; `{}` for an empty body, `{"unparsed": its text}` for any other.

    It can be queued, stored and published as it is, so that nothing behind this has to refuse it. Half a
    character, as in a text that was cut within an emoji, becomes U+FFFD, since UTF-8 has no halves. A number
    that has no place in 64 bits becomes the text of it. What is nested too deeply, or too long once numbers
    are written out, stays unparsed. Never raises: what Vonage signed is never refused for its shape.

    Source: EventBridge API reference, PutEvents (numbers and levels); DynamoDB, "Constraints" (400 KB).
    """
    if not body:
        return {}
    try:
        parsed = decoded(body.removeprefix(_BYTE_ORDER_MARK).decode(), _DECODER)
        if rb"\ud" in body or rb"\uD" in body:  # the only way to write half a character
            parsed = without_halves(parsed)
        if isinstance(parsed, dict) and _fits(parsed, body):
            return parsed
    except (ValueError, RecursionError):
        pass
    return {"unparsed": _CONTROL.sub("\ufffd", body.decode("utf-8", "replace"))}


def without_halves(parsed: object) -> Any:  # noqa: ANN401 - JSON
    """Parsed JSON with U+FFFD for each half of a character.

    Raises:
        ValueError: it has what only Python takes for JSON, such as NaN.
        RecursionError: it is nested too deeply.
    """
    text = json.dumps(parsed, ensure_ascii=False)
    return decoded(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), _DECODER)


def decoded(text: str, decoder: json.JSONDecoder) -> Any:  # noqa: ANN401 - JSON
    """What the decoder's `decode` gives, which looks for blanks by two regular expressions.

    Raises:
        ValueError: it isn't JSON.
        RecursionError: it is nested too deeply.
    """
    text = text.strip(_BLANKS)
    value, end = decoder.raw_decode(text)
    if end != len(text):
        raise ValueError("there is more behind the JSON")
    return value


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _received_at(time_epoch_ms: object, now: float) -> float:
    if (
        isinstance(time_epoch_ms, (int, float))
        and now - _OLDEST_WAITING_CALLER_S < time_epoch_ms / 1000 < now
    ):
        return time_epoch_ms / 1000
    return now


def _base_url(headers: Mapping[str, str], context: Mapping[str, Any]) -> str:
    host = headers.get("host") or str(context.get("domainName") or "")
    stage = context.get("stage")
    return f"{headers.get('x-forwarded-proto') or 'https'}://{host}" + (
        f"/{stage}" if stage not in (None, "$default") else ""
    )


def _fits(parsed: dict[str, Any], body: bytes) -> bool:
    """Whether it is neither too deep nor too long; most bodies are too short to be looked into."""
    if body.count(b"{") + body.count(b"[") > _DEEPEST and not _is_shallow(parsed):
        return False
    if len(body) > MAX_BODY_BYTES:  # goes to the bucket
        return True
    return (
        len(body) <= _FITS_ANYHOW_BYTES or len(json.dumps(parsed, ensure_ascii=False).encode()) <= _MOST_BYTES
    )


def _is_shallow(parsed: dict[str, Any]) -> bool:
    level: list[Any] = [parsed]
    for _ in range(_DEEPEST):
        inside = (each.values() if isinstance(each, dict) else each for each in level)
        level = [value for values in inside for value in values if isinstance(value, (dict, list))]
        if not level:
            return True
    return False


def _refuse_constant(name: str) -> float:
    # NaN and Infinity are no JSON; passed on, EventBridge and DynamoDB would refuse the whole event.
    raise ValueError(name)


def _integer(digits: str) -> int | str:
    # A long text is no number that fits, and `int` would take its time for it.
    return digits if len(digits) > 20 or (number := int(digits)) not in _INTEGERS else number


def _decimal(digits: str) -> float | str:
    return number if math.isfinite(number := float(digits)) else digits


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_integer, parse_float=_decimal)
# JSON has them escaped, six bytes for one.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
