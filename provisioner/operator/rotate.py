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
from provisioner.operator import managed
from provisioner.operator.managed import Managed
from provisioner.plan import application as plan
from provisioner.resources import application
from provisioner.resources.tools import Tools
from provisioner.steps.execute import execute
from provisioner.world import keys

Report = dict[str, Any]


def rotate(resources: list[Managed], tools: Tools, _event: Mapping[str, Any]) -> Report:
    """Give every application a new key, or go on with a rotation that did not end."""
    reports = [_rotated(each, tools) for each in resources if each.is_application]
    failed = any(report["status"] == "failed" for report in reports)
    return {"status": "failed" if failed else "ok", "resources": reports}


def _rotated(resource: Managed, tools: Tools) -> Report:
    try:
        with resource.held(tools):
            survey = application.survey(tools, resource.memory(tools), resource.properties, resource.stack_id)
            if managed.superseded(survey):
                return {"resource": resource.id, "status": "ok"}
            context = survey.context(tools, str(uuid.uuid4()))
            execute(plan.plan_rotation(survey.found), context)
            survey.site.memory.note(public_key=context.key.public_pem)
    except ProvisionerError as error:
        return {"resource": resource.id, "status": "failed", "findings": [asdict(managed.from_error(error))]}
    return {
        "resource": resource.id,
        "status": "rotated",
        "fingerprint": keys.fingerprint(context.key.public_pem),
    }
