"""Ask the deployed provisioner: plan, drift, rotate."""

import argparse
import json
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from operate.command_line import AMISS, WELL, Command, Output, switch, takes_json, takes_stage
from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.stack import Stack

# The function's own time is 240 s; asking twice would rotate twice.
_PATIENCE_S = 260
_PATIENCE = Config(read_timeout=_PATIENCE_S, retries={"total_max_attempts": 1})
HEALTHY = {"ok", "healthy", "rotated", "repaired", "change"}
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
        lines.append(f"{'✓' if state in HEALTHY else '✗'} {name}  {state}")
        lines += [f"    {step}" for step in each.get("steps", [])]
        for finding in each.get("findings", []):
            lines += [f"    {finding['code']}: {finding['message']}", f"      {finding['next_step']}"]
    for finding in report.get("by_hand", []):
        lines += [f"? {finding['message']}", f"    {finding['next_step']}"]
    return "\n".join(lines) or "This provisioner manages nothing yet."


def is_well(report: Report) -> bool:
    """Whether nothing is amiss."""
    states = [report.get("status", "ok"), *(each.get("status", "ok") for each in report.get("resources", []))]
    return all(state in HEALTHY for state in states)


def takes_resource(parser: argparse.ArgumentParser) -> None:
    """Let a command be about one resource alone."""
    takes_stage(parser)
    one = "one resource alone, by its name in the template"
    parser.add_argument("--resource", metavar="LOGICAL_ID", help=one)
    takes_json(parser)


def _drift_options(parser: argparse.ArgumentParser) -> None:
    takes_resource(parser)
    switch(parser, "--repair", "put it back to what the stack wants")


def _asks(action: str) -> Callable[[Output, argparse.Namespace], int]:
    def run(out: Output, given: argparse.Namespace) -> int:
        event: dict[str, object] = {"resource": given.resource} if given.resource else {}
        if getattr(given, "repair", False):
            event["repair"] = True
        report = ask(Stack.of_stage(given.env), action, **event)
        out.tell(render(report), report)
        return WELL if is_well(report) else AMISS

    return run


PLAN = Command(
    "Say what the next deployment would change at Vonage",
    _asks("plan"),
    ("make plan", "python -m operate plan --env prod --json"),
    takes_resource,
)
DRIFT = Command(
    "Find what was changed by hand at Vonage",
    _asks("check"),
    ("make drift", "make drift REPAIR=true", "python -m operate drift --repair"),
    _drift_options,
)
ROTATE = Command(
    "Give the application a new key pair, without a gap",
    _asks("rotate"),
    ("make rotate", "python -m operate rotate --env prod"),
    takes_resource,
)
