"""The floor: a handler that answers JSON and does nothing else. It verifies nothing and logs nothing."""

import json
from typing import Any


def lambda_handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The same NCCO, always."""
    ncco = [{"action": "talk", "text": "Hello, this is a peer. Your call has arrived."}]
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(ncco)}
