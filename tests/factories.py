"""Valid things to spoil: a test builds one and changes what it is about."""

import base64
import hashlib
import json
import time
from typing import Any

import jwt

API_KEY = "a1b2c3d4"
SIGNATURE_SECRET = "aZ7Kq2Lx9Vt4Rb8Nw3Yc6Hd1Pf5Gm0Sj"
ACCOUNT = {"api_key": API_KEY, "api_secret": "Zq8wErtYu7"}
CREDENTIALS = {"api_key": API_KEY, "signature_secret": SIGNATURE_SECRET}
CALLER, CALLED = "447700900123", "447700900000"


def answer_request(**changes: object) -> dict[str, Any]:
    return {
        "from": CALLER,
        "to": CALLED,
        "uuid": "aaaaaaaabbbbccccdddd0123456789ab",
        "conversation_uuid": "CON-aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
        "endpoint_type": "phone",
        "region_url": "https://api-eu-1.nexmo.com",
    } | changes


def claims(body: bytes, **changes: object) -> dict[str, Any]:
    return {
        "iat": int(time.time()),
        "jti": "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5",
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(body).hexdigest(),
        "api_key": API_KEY,
        "application_id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
    } | changes


def signed(body: bytes, secret: str = SIGNATURE_SECRET, **changes: object) -> str:
    """An Authorization header as Vonage sends it with this body; a claim changed to None is left out."""
    kept = {name: value for name, value in claims(body, **changes).items() if value is not None}
    return "Bearer " + jwt.encode(kept, secret, algorithm="HS256")


def webhook_event(
    webhook: str,
    payload: object = None,
    *,
    body: bytes | None = None,
    authorization: str | None = None,
    base64_encoded: bool = False,
    **changes: object,
) -> dict[str, Any]:
    """What API Gateway gives a function for a webhook; signed, unless another `authorization` is given."""
    body = json.dumps(payload).encode() if body is None else body
    authorization = signed(body) if authorization is None else authorization
    host = "abc123.execute-api.eu-west-1.amazonaws.com"
    return {
        "version": "2.0",
        "routeKey": f"POST /webhooks/{webhook}",
        "rawPath": f"/webhooks/{webhook}",
        "rawQueryString": "",
        "headers": {
            "authorization": authorization,
            "content-type": "application/json",
            "host": host,
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "domainName": host,
            "http": {"method": "POST", "path": f"/webhooks/{webhook}"},
            "requestId": "JKJaXmPLvHcESHA=",
            "stage": "$default",
            "timeEpoch": int(time.time() * 1000),
        },
        "body": base64.b64encode(body).decode() if base64_encoded else body.decode(),
        "isBase64Encoded": base64_encoded,
    } | changes


def batch(*bodies: object, queue: str = "commands.fifo") -> dict[str, Any]:
    """What SQS gives a function: each body in a message and a group of its own."""
    return {
        "Records": [
            {
                "messageId": f"m-{number}",
                "receiptHandle": "handle",
                "body": json.dumps(body),
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": str(int(time.time() * 1000)),
                    "MessageGroupId": f"g-{number}",
                },
                "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{queue}",
            }
            for number, body in enumerate(bodies)
        ]
    }
