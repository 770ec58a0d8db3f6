"""Drift: what differs between the stacks' wishes and the world; told, and repaired when asked to."""

import logging
import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from provisioner.errors import ProvisionerError
from provisioner.operator import finding
from provisioner.operator.finding import Finding, Report
from provisioner.operator.managed_resource import ManagedResource
from provisioner.remembered.memory import forget_old
from provisioner.resources.tools import Tools
from provisioner.world.announce import announce

log = logging.getLogger("provisioner")


def plan(resources: list[ManagedResource], tools: Tools, event: Mapping[str, Any]) -> Report:
    """What an update would do, without doing it.

    Args:
        resources: what to plan for.
        tools: what to work with.
        event: `properties` may hold changes to the properties of the one resource that is named.
    """
    changes = event.get("properties")
    if changes and len(resources) != 1:
        raise ProvisionerError("`properties` needs a `resource`.", "Name the resource that they are for.")
    return {"resources": [_planned(each, tools, changes) for each in resources]}


def check(resources: list[ManagedResource], tools: Tools, event: Mapping[str, Any]) -> Report:
    """Compare, report on the bus and as a metric, and repair when asked to.

    Args:
        resources: what to check.
        tools: what to work with.
        event: `repair`: true repairs what was found, false repairs nothing. Without it,
            `SWITCHBOARD_REPAIR_DRIFT` decides; what a rollback has left is repaired in any case.
    """
    default = os.environ.get("SWITCHBOARD_REPAIR_DRIFT", "") == "true"
    repair = bool(event.get("repair", default))
    settle = bool(event.get("repair", True))
    checked = [_checked(each, tools, repair=repair, settle=settle) for each in resources]
    drifted = [each for each in checked if each["status"] != "ok"]
    announce(drifted, checked=len(checked))
    forget_old(tools.records, tools.clock())
    states = {each["status"] for each in checked}
    return {
        "status": next((bad for bad in ("drift", "repaired") if bad in states), "ok"),
        "resources": checked,
    }


def _planned(resource: ManagedResource, tools: Tools, changes: Mapping[str, Any] | None) -> Report:
    try:
        steps = [str(step) for step in resource.compare(tools, changes).steps]
    except ProvisionerError as error:
        return {"resource": resource.id, "status": "refused", "findings": [asdict(finding.from_error(error))]}
    return {"resource": resource.id, "status": "change" if steps else "ok", "steps": steps}


def _checked(resource: ManagedResource, tools: Tools, *, repair: bool, settle: bool) -> Report:
    findings: list[Finding] = []
    repaired = False
    try:
        with resource.held(tools) as held:
            findings += finding.owed(held)
            comparison = held.compare(tools)
            findings += finding.from_comparison(comparison)
            repair = repair or (settle and held.owes_repair)
            if repair and comparison.steps and not comparison.is_superseded:
                comparison.carry_out()
                repaired = not comparison.left
                findings += finding.succession(held, held.memory(tools).record.get("application_id"))
            if held.owes_repair and (repair or not comparison.steps):
                held.memory(tools).settled()
                repaired = not comparison.left
    except ProvisionerError as error:
        findings.append(finding.from_error(error))
        repaired = False  # or only in part
    status = "ok" if not findings else "repaired" if repaired else "drift"
    log.info("checked %s: %s", resource.id, status)
    return {"resource": resource.id, "status": status, "findings": [asdict(each) for each in findings]}
