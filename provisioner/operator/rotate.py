"""A new key for an application, without a moment in which no key works.

Stored beside the current one, given to Vonage, tried with a token, then made current. Between the second
and the last step only the new key signs; a client that is refused with 401 reads AWSPENDING, then
AWSCURRENT, and asks once more.
"""

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from provisioner.errors import ProvisionerError
from provisioner.operator import finding
from provisioner.operator.finding import Report
from provisioner.operator.managed_resource import ManagedResource
from provisioner.resources.application import VonageApplication
from provisioner.resources.tools import Tools


def rotate(resources: list[ManagedResource], tools: Tools, _event: Mapping[str, Any]) -> Report:
    """Give every application a new key, or go on with a rotation that did not end."""
    reports = [_rotated(each, tools) for each in resources if each.kind is VonageApplication]
    failed = any(report["status"] == "failed" for report in reports)
    return {"status": "failed" if failed else "ok", "resources": reports}


def _rotated(resource: ManagedResource, tools: Tools) -> Report:
    try:
        with resource.held(tools) as held:
            application = VonageApplication(tools, held.memory(tools))
            comparison = application.compare(held.properties, held.stack_id, str(uuid.uuid4()))
            if comparison.is_superseded:
                return {"resource": resource.id, "status": "ok"}
            comparison.rotate()
    except ProvisionerError as error:
        return {"resource": resource.id, "status": "failed", "findings": [asdict(finding.from_error(error))]}
    return {"resource": resource.id, "status": "rotated", "fingerprint": comparison.fingerprint}
