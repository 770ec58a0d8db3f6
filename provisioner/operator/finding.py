"""What is amiss with a resource, for people and for programs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from provisioner.errors import ProvisionerError
from provisioner.operator.managed_resource import ManagedResource
from provisioner.resources.kinds import Comparison
from provisioner.steps.step import Step

Report = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """One thing that is amiss, or that nobody but a person can check.

    Attributes:
        code: a stable name, listed in `docs/provisioner.md`.
        message: what was found, as one sentence.
        next_step: what to do about it, as one sentence.
    """

    code: str
    message: str
    next_step: str = ""


def from_error(error: ProvisionerError) -> Finding:
    """An error as a finding."""
    return Finding(error.code, error.cause, error.next_step)


def owed(resource: ManagedResource) -> list[Finding]:
    """What a rollback has left to be repaired."""
    if not resource.owes_repair:
        return []
    return [
        Finding(
            "REPAIR_OWED",
            "A rollback could not bring this resource back to what it was.",
            "The daily check repairs that, and so does `make drift`, as soon as nothing prevents it.",
        )
    ]


def succession(resource: ManagedResource, application_id: str | None) -> list[Finding]:
    """What a repair can't do when it has made another application: CloudFormation still has the old id."""
    if resource.application_id in ("", application_id):
        return []
    return [
        Finding(
            "APPLICATION_SUCCEEDED",
            f"The application is {application_id} now, and its numbers follow it. The stack's output still "
            f"names {resource.application_id}.",
            "`make deploy PARAMETERS=KeyVersion=<one it has not had>` brings the outputs up to date.",
        )
    ]


def from_comparison(comparison: Comparison) -> list[Finding]:
    """What is to be done, and what somebody else has taken; several steps with one code are one finding."""
    if comparison.is_superseded:
        return []
    return [*_from_steps(comparison.steps), *(from_error(conflict) for conflict in comparison.left)]


def _from_steps(steps: Iterable[Step[Any]]) -> list[Finding]:
    by_code: dict[str, list[str]] = {}
    for step in steps:
        by_code.setdefault(step.code, []).append(str(step))
    repair = '`{"action": "check", "repair": true}` does this.'
    return [Finding(code, f"To do: {', '.join(texts)}.", repair) for code, texts in by_code.items()]
