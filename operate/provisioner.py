"""Ask the deployed provisioner: plan, drift, rotate, doctor."""

import json
from typing import Any

import boto3
from botocore.config import Config

from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.stack import Stack

# The function's own time is 150 s; asking twice would rotate twice.
_PATIENCE = Config(read_timeout=170, retries={"total_max_attempts": 1})
WELL = {"ok", "healthy", "rotated", "change"}
Report = dict[str, Any]


def ask(stack: Stack, action: str, **event: object) -> Report:
    """What the provisioner answers to an action.

    Raises:
        OperatorError: It failed, or AWS refused.
    """
    with asking_aws_to(f"ask the provisioner to {action}"):
        reply = boto3.client("lambda", config=_PATIENCE).invoke(
            FunctionName=stack.id_of("ProvisionerFunction"),
            Payload=json.dumps({"action": action, **event}).encode(),
        )
        answer: Report = json.loads(reply["Payload"].read())
    if "FunctionError" in reply:
        raise OperatorError(
            f"The provisioner failed: {answer.get('errorMessage', 'it gave no reason')}",
            "`make logs FUNCTION=Provisioner MINUTES=15` shows its log.",
        )
    return answer


def render(report: Report) -> str:
    """A report for a person: a line per resource, and under it what is amiss and what to do."""
    lines = []
    for each in report.get("resources", []):
        name = each.get("resource") or f"Vonage account of {each.get('account')}"
        state = each.get("status") or ("sick" if each.get("findings") else "healthy")
        lines.append(f"{'✓' if state in WELL else '✗'} {name}  {state}")
        lines += [f"    {step}" for step in each.get("steps", [])]
        for finding in each.get("findings", []):
            lines += [f"    {finding['code']}: {finding['message']}", f"      {finding['next_step']}"]
    for finding in report.get("by_hand", []):
        lines += [f"? {finding['message']}", f"    {finding['next_step']}"]
    return "\n".join(lines) or "This provisioner manages nothing yet."


def is_well(report: Report) -> bool:
    """Whether nothing is amiss."""
    states = [report.get("status", "ok"), *(each.get("status", "ok") for each in report.get("resources", []))]
    return all(state in WELL for state in states)
