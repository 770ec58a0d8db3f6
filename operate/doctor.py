"""`make doctor`: what the provisioner finds, and what only CloudFormation and Lambda can tell."""

import argparse

from operate.command_line import AMISS, WELL, Command, Output
from operate.errors import OperatorError
from operate.limits import shortage
from operate.provisioner import Report, ask, is_well, render, takes_resource
from operate.stack import Stack
from operate.status import NOT_THERE, trouble


def examine(stack: Stack, **event: object) -> Report:
    """A report in the provisioner's form, with the state of the stack and the account's limits.

    Args:
        stack: The stack.
        event: What else the provisioner is told, such as the one `resource` it is about.

    Raises:
        OperatorError: There is no stack that could be examined, the provisioner failed, or AWS refused.
    """
    status = stack.described().get("StackStatus", "")
    if not status:
        raise stack.missing()
    amiss = trouble(stack, status)
    if status in NOT_THERE:
        raise amiss or OperatorError(
            f"The stack {stack.name} is in {status}: it has never been deployed.", "Deploy it: `make deploy`."
        )
    report = _asked(stack, amiss, event)
    if amiss:
        first = {"resource": stack.name, "status": "sick", "findings": [_finding(status, amiss)]}
        report.update(status="sick", resources=[first, *report.get("resources", [])])
    if short := shortage():
        report["by_hand"] = [*report.get("by_hand", []), _finding("FEW_EXECUTIONS", short)]
    return report


def _asked(stack: Stack, amiss: OperatorError | None, event: dict[str, object]) -> Report:
    try:
        return ask(stack, "doctor", **event)
    except OperatorError as error:
        if amiss is None:
            raise
        raise amiss from error


def _finding(code: str, found: OperatorError) -> dict[str, str]:
    return {"code": code, "message": found.cause, "next_step": found.next_step}


def _doctor(out: Output, given: argparse.Namespace) -> int:
    event = {"resource": given.resource} if given.resource else {}
    report = examine(Stack.of_stage(given.env), **event)
    out.tell(render(report), report)
    return WELL if is_well(report) else AMISS


COMMAND = Command(
    "Examine credentials, keys, numbers and webhooks of the deployed stack",
    _doctor,
    ("make doctor", "python -m operate doctor --env prod --json"),
    takes_resource,
)
