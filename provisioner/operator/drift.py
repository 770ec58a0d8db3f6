"""Drift: what differs between the stacks' wishes and the world; told, and repaired when asked to."""

import logging
import os
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from provisioner.errors import ProvisionerError
from provisioner.operator import managed, notices
from provisioner.operator.managed import Finding, Managed
from provisioner.remembered import memory
from provisioner.resources import application
from provisioner.resources.tools import Tools
from provisioner.steps.execute import execute

Report = dict[str, Any]
log = logging.getLogger("provisioner")


def plan(resources: list[Managed], tools: Tools, event: Mapping[str, Any]) -> Report:
    """What an update would do, without doing it.

    Args:
        resources: What to plan for.
        tools: What to work with.
        event: `properties` may hold changes to the properties of the one resource that is named.
    """
    changes = event.get("properties")
    if changes and len(resources) != 1:
        raise ProvisionerError("`properties` needs a `resource`.", "Name the resource that they are for.")
    return {"resources": [_planned(each, tools, changes) for each in resources]}


def check(resources: list[Managed], tools: Tools, event: Mapping[str, Any]) -> Report:
    """Compare, report on the bus and as a metric, and repair when asked to.

    Args:
        resources: What to check.
        tools: What to work with.
        event: `repair`: true repairs what was found; `SWITCHBOARD_REPAIR_DRIFT` is the default.
    """
    default = os.environ.get("SWITCHBOARD_REPAIR_DRIFT", "") == "true"
    checked = [_checked(each, tools, repair=bool(event.get("repair", default))) for each in resources]
    drifted = [each for each in checked if each["status"] != "ok"]
    notices.tell(drifted, checked=len(checked))
    memory.forget_old(tools.records, tools.clock())
    return {"status": "drift" if drifted else "ok", "resources": checked}


def _planned(resource: Managed, tools: Tools, changes: Mapping[str, Any] | None) -> Report:
    try:
        steps = [str(step) for step in resource.survey(tools, changes).steps]
    except ProvisionerError as error:
        return {"resource": resource.id, "status": "refused", "findings": [asdict(managed.from_error(error))]}
    return {"resource": resource.id, "status": "change" if steps else "ok", "steps": steps}


def _checked(resource: Managed, tools: Tools, *, repair: bool) -> Report:
    findings: list[Finding] = []
    repaired = False
    try:
        with resource.held(tools):
            survey = resource.survey(tools)
            findings = managed.amiss(survey)
            if repair and survey.steps and not managed.superseded(survey):
                _repair(survey, tools)
                repaired = True
    except ProvisionerError as error:
        findings.append(managed.from_error(error))
    status = "ok" if not findings else "repaired" if repaired else "drift"
    log.info("checked %s: %s", resource.id, status)
    return {"resource": resource.id, "status": status, "findings": [asdict(each) for each in findings]}


def _repair(survey: Any, tools: Tools) -> None:  # noqa: ANN401 - either survey
    context = survey.context(tools, str(uuid.uuid4()))
    execute(survey.steps, context)
    if isinstance(survey, application.Survey):
        survey.site.memory.note(application_id=context.live["id"], public_key=context.key.public_pem)
