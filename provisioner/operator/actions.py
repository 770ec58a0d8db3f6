"""What an operator, or a schedule, may ask for: `plan`, `check`, `rotate`, `doctor`.

    sam remote invoke ProvisionerFunction --event '{"action": "doctor"}'

Every action answers JSON with stable codes; `docs/provisioner.md` lists them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from provisioner.errors import ProvisionerError
from provisioner.operator import doctor, drift, rotate
from provisioner.operator.finding import Report
from provisioner.operator.managed_resource import ManagedResource, managed_by
from provisioner.resources.tools import Tools

Action = Callable[[list[ManagedResource], Tools, Mapping[str, Any]], Report]

ACTIONS: dict[str, Action] = {
    "plan": drift.plan,
    "check": drift.check,
    "rotate": rotate.rotate,
    "doctor": doctor.examine,
}


def act(event: Mapping[str, Any], function_arn: str, tools: Tools) -> Report:
    """Do an action and return its report.

    Args:
        event: `{"action": …, "resource": physical id?}`, and what the action itself takes.
        function_arn: this function; resources that CloudFormation gave to another one are left alone.
        tools: what to work with.

    Raises:
        ProvisionerError: there is no such action, or no such resource.
    """
    name = str(event.get("action", ""))
    if name not in ACTIONS:
        raise ProvisionerError(f"{name!r} is not an action.", f"Use one of: {', '.join(ACTIONS)}.")
    resources = managed_by(function_arn, tools)
    wanted = event.get("resource")
    chosen = [each for each in resources if wanted in (None, each.id, each.logical_id, each.application_id)]
    if wanted and not chosen:
        known = ", ".join(each.id for each in resources) or "none"
        raise ProvisionerError(f"There is no resource {wanted!r}.", f"This provisioner manages: {known}.")
    return {"action": name, **ACTIONS[name](chosen, tools, event)}
