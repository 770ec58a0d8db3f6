"""Entry of the function that answers for a dead provisioner. Standard library only, no layers.

Lambda sends it the request as the on-failure destination of the provisioner, after the last retry: when the
function was killed, ran out of memory or could not be loaded. Without it the stack would wait for
`ServiceTimeout`.
Source: Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations".
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from typing import Any

from provisioner.cloudformation import callback, protocol, response_url


def lambda_handler(event: Mapping[str, Any], _context: object) -> None:
    """Tell CloudFormation FAILED for the request whose last delivery failed.

    Args:
        event: the destination record; `requestPayload` is CloudFormation's request, or something else that
            nobody waits for.
    """
    payload = event.get("requestPayload")
    if not isinstance(payload, Mapping) or not response_url.is_cloudformations(payload.get("ResponseURL")):
        return
    _count()
    request = protocol.parse(payload)
    condition = (event.get("requestContext") or {}).get("condition", "a failure")
    reason = (
        f"The provisioner stopped before it could answer ({condition}). What it had begun is recorded: "
        "delete or update the stack again, and read the end of the provisioner's log."
    )
    callback.deliver(request, protocol.failed(request, reason))


def _count() -> None:
    """One `ProvisionerDied`, in embedded metric format; Lambda's own counts have dead daily checks, too."""
    metric = {"Name": "ProvisionerDied", "Unit": "Count"}
    directive = {"Namespace": "Switchboard", "Dimensions": [["service"]], "Metrics": [metric]}
    line = {
        "level": "ERROR",
        "message": metric["Name"],
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]},
        "service": os.environ.get("POWERTOOLS_SERVICE_NAME", "switchboard"),
        metric["Name"]: 1,
    }
    sys.stdout.write(json.dumps(line) + "\n")
