"""Entry of the function that answers for a dead provisioner. Standard library only, no layers.

Lambda sends it the request as the on-failure destination of the provisioner, after the last retry: when the
function was killed, ran out of memory or could not be loaded. Without it the stack would wait for
`ServiceTimeout`.
Source: Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations".
"""

from collections.abc import Mapping
from typing import Any

from provisioner.cloudformation import callback, protocol


def lambda_handler(event: Mapping[str, Any], _context: object) -> None:
    """Tell CloudFormation FAILED for the request whose last delivery failed.

    Args:
        event: the destination record; `requestPayload` is CloudFormation's request.
    """
    payload = event.get("requestPayload")
    if not isinstance(payload, Mapping) or "ResponseURL" not in payload:
        return
    request = protocol.parse(payload)
    condition = (event.get("requestContext") or {}).get("condition", "a failure")
    reason = (
        f"The provisioner stopped before it could answer ({condition}). What it had begun is recorded: "
        "delete or update the stack again, and read the end of the provisioner's log."
    )
    callback.deliver(request, protocol.failed(request, reason))
