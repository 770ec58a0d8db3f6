"""The resources this provisioner looks after, as its records know them, and what is amiss with each."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from provisioner.errors import ProvisionerError
from provisioner.remembered.memory import Memory
from provisioner.resources import application, number
from provisioner.resources.handle import NUMBERS_LEASE
from provisioner.resources.tools import Tools
from provisioner.steps.step import Step

APPLICATION = "Custom::VonageApplication"


@dataclass(frozen=True)
class Finding:
    """One thing that is amiss, or that nobody but a person can check."""

    code: str
    message: str
    next_step: str = ""


@dataclass(frozen=True)
class Managed:
    """One resource of some stack.

    Attributes:
        id: Its physical id.
        record: What is remembered about it.
    """

    id: str
    record: Mapping[str, Any] = field(repr=False)

    @property
    def is_application(self) -> bool:
        """Whether it is an application; else it links numbers."""
        return bool(self.record.get("type") == APPLICATION)

    @property
    def logical_id(self) -> str:
        """Its logical id in its stack."""
        return str(self.record.get("logical_id", ""))

    @property
    def stack_id(self) -> str:
        """The ARN of its stack."""
        return str(self.record.get("stack_id", ""))

    @property
    def application_id(self) -> str:
        """The id of its application, when it is one."""
        return str(self.record.get("application_id", ""))

    @property
    def properties(self) -> Mapping[str, Any]:
        """The properties it was last brought to."""
        properties: Mapping[str, Any] = self.record["properties"]
        return properties

    def memory(self, tools: Tools) -> Memory:
        """Its memory, fresh."""
        return tools.memory(self.id)

    @contextmanager
    def held(self, tools: Tools) -> Iterator[None]:
        """Keep CloudFormation's requests for it waiting, as it keeps this one waiting."""
        with tools.leases.held([lease_of(self.id), *([] if self.is_application else [NUMBERS_LEASE])]):
            yield

    def survey(
        self, tools: Tools, changes: Mapping[str, Any] | None = None
    ) -> application.Survey | number.Survey:
        """What a deployment with these changes to its properties would do.

        Raises:
            ProvisionerError: it cannot be had, or cannot be found out.
        """
        wants = {**self.properties, **(changes or {})}
        look = application.survey if self.is_application else number.survey
        return look(tools, self.memory(tools), wants, self.stack_id)


def by(function_arn: str, tools: Tools) -> list[Managed]:
    """Every finished resource whose `ServiceToken` is this function, in the order of their ids."""
    everything = tools.records.under("resources")
    return [
        Managed(resource_id, record)
        for resource_id, record in sorted(everything.items())
        if _function(record.get("properties", {}).get("ServiceToken", "")) == _function(function_arn)
    ]


def superseded(survey: application.Survey | number.Survey) -> bool:
    """Whether another resource has taken the application over since, and looks after it now."""
    return isinstance(survey, application.Survey) and not survey.found.topmost


def amiss(survey: application.Survey | number.Survey) -> list[Finding]:
    """The steps a survey ended with, as findings; several steps of one kind are one finding."""
    if superseded(survey):
        return []
    left = survey.left if isinstance(survey, number.Survey) else []
    return [*_from_steps(survey.steps), *(from_error(refusal) for refusal in left)]


def from_error(error: ProvisionerError) -> Finding:
    """An error as a finding."""
    return Finding(error.code, error.cause, error.next_step)


def lease_of(resource_id: str) -> str:
    """The lease of a resource: that of its place in its stack, whatever the account it is in."""
    return ".".join(resource_id.split(".")[:3])


def _function(arn: str) -> str:
    """A function's ARN without version or alias."""
    return ":".join(arn.split(":")[:7])


def _from_steps(steps: Iterable[Step[Any]]) -> list[Finding]:
    by_code: dict[str, list[str]] = {}
    for step in steps:
        by_code.setdefault(step.code, []).append(str(step))
    mend = '`{"action": "check", "repair": true}` does this.'
    return [Finding(code, f"To do: {', '.join(texts)}.", mend) for code, texts in by_code.items()]
