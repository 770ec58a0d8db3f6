"""A webhook request as API Gateway's HTTP APIs hand it to a Lambda function: payload format 2.0.

Functions see the same wherever they run: the handlers of a test in this process get events from here, and
those of the embedded AWS are completed here. It needs the standard library alone.

Source: AWS, "Create AWS Lambda proxy integrations for HTTP APIs" (names in lower case, several lines of one
header joined by commas, cookies apart, absent rather than null). Which bodies are text AWS doesn't say; it
was measured by others (ministackorg/ministack, pull request 766).
"""

import base64
import time
from collections.abc import Iterable
from urllib.parse import parse_qsl

from vonage_simulator.types import Json

_TEXT = ("application/json", "application/xml", "application/javascript")

# Where requests come from; an address for documentation (RFC 5737).
SENDER = "192.0.2.1"


def gateway_event(
    method: str, path: str, query: str, headers: Iterable[tuple[str, str]], body: bytes, request_id: str
) -> Json:
    """The event of a request that arrives now; its headers name the `Host`."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key, separator = name.lower(), "; " if name.lower() == "cookie" else ","
        joined[key] = f"{joined[key]}{separator}{value}" if key in joined else value
    event: Json = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": joined,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": joined["host"].partition(".")[0],
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1"},
            "requestId": request_id,
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "timeEpoch": int(time.time() * 1000),
        },
        **_body(joined.get("content-type", ""), body),
    }
    if fields := parse_qsl(query, keep_blank_values=True):
        values = {name: [value for key, value in fields if key == name] for name, _ in fields}
        event["queryStringParameters"] = {name: ",".join(each) for name, each in values.items()}
    return as_on_aws(event)


def as_on_aws(event: Json) -> Json:
    """An event with all that API Gateway adds to a request; any other event as it is."""
    if event.get("version") != "2.0" or "http" not in event.get("requestContext", {}):
        return event
    headers, context = dict(event["headers"]), event["requestContext"]
    seconds = context["timeEpoch"] // 1000
    cookies = [cookie for cookie in headers.pop("cookie", "").split("; ") if cookie]
    headers |= {
        "x-amzn-trace-id": f"Root=1-{seconds:08x}-{context['requestId'].replace('-', '')[:24]:0<24}",
        "x-forwarded-for": SENDER,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    domain = headers["host"].partition(":")[0]
    sender = {"sourceIp": SENDER, "userAgent": headers.get("user-agent", "")}
    completed = {
        **event,
        **({"cookies": cookies} if cookies else {}),
        "headers": headers,
        "requestContext": context
        | {
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "http": context["http"] | sender,
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(seconds)),
        },
    }
    return {name: value for name, value in completed.items() if value is not None}


def _body(content_type: str, body: bytes) -> Json:
    if not body:
        return {"isBase64Encoded": False}
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("text/") or kind in _TEXT:
        return {"body": body.decode("utf-8", "replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
