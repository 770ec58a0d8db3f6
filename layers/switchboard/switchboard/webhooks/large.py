"""Messages too large for the queue, such as an e-mail with pictures: with the parameter InboundEmail.

All of such a message goes to the stack's bucket before its event goes to the queue. The event has what is
short in it, and under `stored` where the rest is; the flow gets all of it.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from switchboard.envelope import Envelope
from switchboard.request import MAX_BODY_BYTES

BUCKET = "SWITCHBOARD_MAIL_BUCKET"
# What Lambda takes at once, the rest of API Gateway's event included.
MOST_BYTES = 6 * 1024 * 1024
_LONGEST_MEMBER, _LONGEST_REST = 4 * 1024, 64 * 1024


def most_bytes() -> int:
    """How large a message may be."""
    return MOST_BYTES if os.environ.get(BUCKET) else MAX_BODY_BYTES


def claim(event: Envelope, body: bytes) -> Envelope:
    """The event of a large message: what is short in it, and where all of it is going to be."""
    stored = {
        "bucket": os.environ[BUCKET],
        "key": f"{event['name']}/{event['subject']}/{event['id'][:16]}.json",
        "size": len(body),
        "content_type": "application/json",
    }
    return {**event, "payload": {**_short(event["payload"]), "stored": stored}}


def keep(event: Envelope, body: bytes) -> None:
    """Put a large message where its event says that it is.

    Raises:
        AwsError: it isn't there, and has to come again.
    """
    from switchboard.aws import bucket

    stored = event["payload"]["stored"]
    bucket.put(stored["bucket"], stored["key"], body, stored["content_type"])


def _short(payload: Mapping[str, Any]) -> dict[str, Any]:
    kept, left = {}, _LONGEST_REST
    for name, value in payload.items():
        size = len(json.dumps({name: value}))
        if size <= min(_LONGEST_MEMBER, left):
            kept[name], left = value, left - size
    return kept
