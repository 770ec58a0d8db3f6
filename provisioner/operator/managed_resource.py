"""The resources this provisioner looks after, as its records know them."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from provisioner.errors import CancelledError
from provisioner.remembered.memory import Memory
from provisioner.resources.kinds import KINDS, Comparison, CustomResource
from provisioner.resources.tools import Tools


@dataclass(frozen=True)
class ManagedResource:
    """One resource of some stack.

    Attributes:
        id: its physical id.
        record: what is remembered about it.
    """

    id: str
    record: Mapping[str, Any] = field(repr=False)

    @property
    def kind(self) -> type[CustomResource]:
        """What it is."""
        return KINDS[self.record["type"]]

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

    @property
    def owes_repair(self) -> bool:
        """Whether a rollback has left something to be repaired."""
        return "repair_since" in self.record

    @contextmanager
    def held(self, tools: Tools) -> Iterator["ManagedResource"]:
        """The resource as it is while CloudFormation's requests for it have to wait.

        Raises:
            ProvisionerError: it is busy, or was deleted while this one waited.
        """
        with tools.leases.held([_lease_of(self.id), *self.kind.LEASES]):
            record = self.memory(tools).record
            if "properties" not in record:
                raise CancelledError(f"{self.id} has been deleted in the meantime.")
            yield ManagedResource(self.id, record)

    def compare(self, tools: Tools, changes: Mapping[str, Any] | None = None) -> Comparison:
        """What a deployment with these changes to its properties would do.

        Raises:
            ProvisionerError: it cannot be had, or cannot be found out.
        """
        wants, memory = {**self.properties, **(changes or {})}, self.memory(tools)
        if not changes:
            tools.refuse_another_account(wants, memory)
        return self.kind(tools, memory).compare(wants, self.stack_id, str(uuid.uuid4()))


def managed_by(function_arn: str, tools: Tools) -> list[ManagedResource]:
    """Every finished resource whose `ServiceToken` is this function: applications, then links to them."""
    everything = tools.records.under("resources")
    ours = [
        ManagedResource(resource_id, record)
        for resource_id, record in sorted(everything.items())
        if _token(record) == _function(function_arn)
    ]
    return sorted(ours, key=lambda each: list(KINDS).index(each.kind.TYPE))


def _token(record: Mapping[str, Any]) -> str:
    """The function that CloudFormation gave a resource to; empty when the record isn't a resource's."""
    properties = record.get("properties")
    if record.get("type") not in KINDS or not isinstance(properties, Mapping):
        return ""
    return _function(str(properties.get("ServiceToken", "")))


def _lease_of(resource_id: str) -> str:
    """The lease of a resource: that of its place in its stack, whatever the account it is in."""
    return ".".join(resource_id.split(".")[:3])


def _function(arn: str) -> str:
    """A function's ARN without version or alias."""
    return ":".join(arn.split(":")[:7])
